using System.Globalization;
using System.Reflection;

namespace Ioasis.Abi.Tests;

/// <summary>Everything that the assembly declares is what the C compiler reads in the headers of Linux 7.3.</summary>
public sealed class HeaderAgreementTests
{
    [Fact]
    public void EveryStructHasTheSizeThatItHasInC() =>
        Compare(AbiTypes.Structs.Select(type => new Question($"sizeof {type.Name}", $"NUMBER(sizeof(struct {type.Name}))", AbiTypes.SizeOf(type))));

    [Fact]
    public void EveryFieldHasTheOffsetThatItHasInC() =>
        Compare(
            from type in AbiTypes.Structs
            from field in AbiTypes.Fields(type)
            select new Question($"offset of {type.Name}.{field.Name}", $"NUMBER(offsetof(struct {type.Name}, {field.Name}))", AbiTypes.OffsetOf(field)));

    [Fact]
    public void EveryFieldHasTheSizeThatItHasInC() =>
        Compare(
            from type in AbiTypes.Structs
            from field in AbiTypes.Fields(type)
            select new Question(
                $"size of {type.Name}.{field.Name}", $"NUMBER(sizeof(((struct {type.Name} *)0)->{field.Name}))", AbiTypes.SizeOf(field.FieldType)));

    [Fact]
    public void EveryIntegerFieldIsSignedOrUnsignedAsInC() =>
        Compare(
            from type in AbiTypes.Structs
            from field in AbiTypes.Fields(type)
            where field.FieldType.IsPrimitive || field.FieldType.IsEnum
            select new Question($"sign of {type.Name}.{field.Name}", $"SIGNED(struct {type.Name}, {field.Name})", IsSigned(field.FieldType) ? 1 : 0));

    [Fact]
    public void EveryFlexibleArrayBeginsWhereItDoesInC() =>
        Compare(
            from type in AbiTypes.Structs
            from array in AbiTypes.FlexibleArrays(type)
            select new Question($"offset of {type.Name}.{array.Name}", $"NUMBER(offsetof(struct {type.Name}, {array.Name}))", array.Offset));

    [Fact]
    public void EveryConstantHasTheValueThatItHasInC() => Compare(AbiTypes.Constants.Select(ConstantQuestion));

    private static Question ConstantQuestion(FieldInfo constant)
    {
        var name = $"{constant.DeclaringType!.Name}.{constant.Name}";
        return constant.GetRawConstantValue() switch
        {
            string text => new Question(name, $"STRING({constant.Name})", text),
            // C gives bit 31 and "-1" as negative ints; in a field of 32 bits they are what we have.
            uint value => new Question(name, $"NUMBER({constant.Name} < 0 ? (__u32){constant.Name} : {constant.Name})", value),
            var value => new Question(name, $"NUMBER({constant.Name})", value!),
        };
    }

    private static bool IsSigned(Type type)
    {
        var integer = type.IsEnum ? type.GetEnumUnderlyingType() : type;
        return integer == typeof(sbyte) || integer == typeof(short) || integer == typeof(int) || integer == typeof(long);
    }

    private static void Compare(IEnumerable<Question> asked)
    {
        var questions = asked.ToArray();
        Assert.NotEmpty(questions);

        var answers = CCompiler.Evaluate([.. questions.Select(question => question.Statement)]);
        Complaints.MustBeNone(
            from pair in questions.Zip(answers)
            let ours = Convert.ToString(pair.First.Ours, CultureInfo.InvariantCulture)
            where pair.Second.Value != ours
            select pair.Second.Complaint is { } complaint
                ? $"{pair.First.Name}: not in the headers ({complaint})"
                : $"{pair.First.Name}: {ours} here, {pair.Second.Value} in C");
    }

    /// <summary>One thing that the assembly and the C compiler must agree on.</summary>
    private sealed record Question(string Name, string Statement, object Ours);
}
