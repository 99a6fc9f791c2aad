using System.Globalization;
using System.Reflection;

namespace Ioasis.Abi.Tests;

/// <summary>Everything that the assembly declares is what the C compiler reads in the headers of Linux 7.3.</summary>
public sealed class HeaderAgreementTests
{
    [Fact]
    public void EveryStructHasTheSizeThatItHasInC() =>
        Compare(
            from type in AbiTypes.Structs
            let name = type.Name
            select new Question($"size of {name}", $"NUMBER(sizeof(struct {name}))", AbiTypes.SizeOf(type)));

    [Fact]
    public void EveryFieldHasTheOffsetThatItHasInC() =>
        CompareFields(
            field => true,
            "offset",
            (type, field) => $"NUMBER(offsetof({type}, {field}))",
            AbiTypes.OffsetOf);

    [Fact]
    public void EveryFieldHasTheSizeThatItHasInC() =>
        CompareFields(
            field => true,
            "size",
            (type, field) => $"NUMBER(sizeof((({type} *)0)->{field}))",
            field => AbiTypes.SizeOf(field.FieldType));

    [Fact]
    public void EveryIntegerFieldIsSignedOrUnsignedAsInC() =>
        CompareFields(
            field => field.FieldType.IsPrimitive || field.FieldType.IsEnum,
            "sign",
            (type, field) => $"SIGNED({type}, {field})",
            field => IsSigned(field.FieldType) ? 1 : 0);

    [Fact]
    public void EveryFlexibleArrayBeginsWhereItDoesInC() =>
        Compare(
            from type in AbiTypes.Structs
            from array in AbiTypes.FlexibleArrays(type)
            let name = $"{type.Name}.{array.Name}"
            select new Question($"offset of {name}", $"NUMBER(offsetof(struct {type.Name}, {array.Name}))", array.Offset));

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

    private static void CompareFields(
        Func<FieldInfo, bool> which, string property, Func<string, string, string> statement, Func<FieldInfo, int> ours) =>
        Compare(
            from type in AbiTypes.Structs
            from field in AbiTypes.Fields(type).Where(which)
            let name = $"{property} of {type.Name}.{field.Name}"
            select new Question(name, statement($"struct {type.Name}", field.Name), ours(field)));

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
