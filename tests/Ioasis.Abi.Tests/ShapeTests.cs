using System.Reflection;

namespace Ioasis.Abi.Tests;

/// <summary>What must hold of the structs and numbers on any machine, without a C compiler.</summary>
public sealed class ShapeTests
{
    private const BindingFlags Everything = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    [Fact]
    public void StructsHoldOnlyIntegersAndStructsOfIntegers() =>
        Complaints.MustBeNone(
            from type in AbiTypes.Structs
            from field in AbiTypes.Fields(type)
            where !IsBlittable(field.FieldType)
            select $"{type.Name}.{field.Name}");

    [Fact]
    public void NoMinimumSizeIsMoreThanTheStruct() =>
        Complaints.MustBeNone(
            from type in AbiTypes.Structs
            where AbiTypes.MinimumSize(type) > AbiTypes.SizeOf(type)
            select type.Name);

    [Fact]
    public void EveryMinimumSizeEndsWhereAFieldEnds() =>
        Complaints.MustBeNone(
            from type in AbiTypes.Structs
            let size = AbiTypes.MinimumSize(type)
            where size is not null
            where !AbiTypes.Fields(type).Any(field => AbiTypes.OffsetOf(field) + AbiTypes.SizeOf(field.FieldType) == size)
            select type.Name);

    [Fact]
    public void EveryStructThatBeginsWithItsSizeHasAMinimumSize() =>
        Complaints.MustBeNone(
            from type in AbiTypes.Structs
            where AbiTypes.Fields(type)[0].Name is "size" or "argsz" && AbiTypes.MinimumSize(type) is null
            select type.Name);

    [Fact]
    public void IommufdNumbersRunFrom80To95WithoutGapOrDouble() =>
        Assert.Equal(Enumerable.Range(0x3B80, 0x16), Numbers(typeof(Iommufd), "IOMMU_").Order());

    [Theory]
    [InlineData("VFIO_GROUP_")]
    [InlineData("VFIO_DEVICE_")]
    [InlineData("VFIO_IOMMU_SPAPR_")]
    public void NoTwoVfioNumbersOfADescriptorAreTheSame(string prefix)
    {
        var numbers = Numbers(typeof(Vfio), prefix).ToArray();
        Assert.NotEmpty(numbers);
        Assert.Equal(numbers.Distinct(), numbers);
    }

    private static IEnumerable<int> Numbers(Type type, string prefix) =>
        from constant in AbiTypes.Constants
        where constant.DeclaringType == type && constant.FieldType == typeof(uint)
        where constant.Name.StartsWith(prefix, StringComparison.Ordinal)
        select (int)(uint)constant.GetRawConstantValue()!;

    private static bool IsBlittable(Type type) =>
        type.IsEnum
        || (type.IsPrimitive && type != typeof(bool) && type != typeof(char) && type != typeof(nint) && type != typeof(nuint))
        || (type is { IsValueType: true, IsPrimitive: false } && type.GetFields(Everything).All(field => IsBlittable(field.FieldType)));
}
