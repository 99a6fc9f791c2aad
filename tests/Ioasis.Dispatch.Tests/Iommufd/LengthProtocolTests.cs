using System.Buffers.Binary;
using Ioasis.Dispatch.Iommufd;
using Ioasis.Dispatch.Tests.Fixtures;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Tests.Iommufd;

/// <summary>Short, long, zero tail and non-zero tail, for every ioctl of the table.</summary>
public sealed class LengthProtocolTests
{
    private readonly Bench _bench = new();

    public static TheoryData<string> Names
    {
        get
        {
            TheoryData<string> names = [];
            foreach (IoctlRow row in IommufdTable.Rows)
            {
                if (!row.IsHole)
                    names.Add(row.Name);
            }

            return names;
        }
    }

    [Fact]
    public void TheTableHasARowForEachIoctlOfTheHeader()
    {
        var numbers = typeof(Abi.Iommufd).GetFields().Where(field => field.Name.StartsWith("IOMMU_", StringComparison.Ordinal) && field.FieldType == typeof(uint))
            .ToDictionary(field => field.Name, field => (uint)field.GetRawConstantValue()!);
        Assert.Equal(22, numbers.Count);
        foreach ((string name, uint number) in numbers)
            Assert.Equal(name, IommufdTable.Find(number).Name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void OneByteLessThanMandatoryIsEINVAL(string name)
    {
        IoctlRow row = Row(name);
        Assert.Equal(ErrnoCode.EINVAL, Call(row, (uint)row.MinimumSize - 1, argument: ArrayMemory.Base));
        Assert.Equal(ReasonCode.StructTooShort, _bench.Caller.Why.Code);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ExactlyTheMandatoryPartIsTakenAlsoAtTheEndOfMemory(string name)
    {
        IoctlRow row = Row(name);
        Call(row, (uint)row.MinimumSize, ArrayMemory.End - (ulong)row.MinimumSize);
        Assert.False(_bench.Caller.Why.Code is ReasonCode.StructTooShort or ReasonCode.ArgumentUnreadable, _bench.Caller.Why.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AZeroTailOfMoreThanAPageIsTakenAndANonZeroByteInItIsE2BIG(string name)
    {
        IoctlRow row = Row(name);
        uint size = (uint)row.Size + 5000;
        Call(row, size, ArrayMemory.Base);
        Assert.NotEqual(ReasonCode.TailNotZero, _bench.Caller.Why.Code);
        Assert.Equal(ErrnoCode.E2BIG, Call(row, size, ArrayMemory.Base, nonZero: size - 1));
        Assert.Equal((ReasonCode.TailNotZero, size - 1ul), (_bench.Caller.Why.Code, _bench.Caller.Why.C));
        Assert.Equal(ErrnoCode.E2BIG, Call(row, size, ArrayMemory.Base, nonZero: (uint)row.Size));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void MemoryThatEndsBeforeTheStructureIsEFAULT(string name)
    {
        IoctlRow row = Row(name);
        Assert.Equal(ErrnoCode.EFAULT, _bench.File.Ioctl(_bench.Caller, row.Number, 0, out _, ref _bench.Caller.Why).Code);
        Assert.Equal(ErrnoCode.EFAULT, Call(row, (uint)row.Size, ArrayMemory.End - (ulong)row.Size + 1));
        Assert.Equal(ErrnoCode.EFAULT, Call(row, uint.MaxValue, ArrayMemory.Base)); // a zero tail, but not that long
    }

    [Theory]
    [InlineData(0x3B7Fu)]
    [InlineData(0x3B96u)]
    [InlineData(0x3BFFu)]
    [InlineData(0x40083B80u)]
    [InlineData(0x5401u)]
    public void AnUnknownNumberIsENOTTY(uint command)
    {
        _bench.Caller.Bytes.Put(8u);
        Assert.Equal(ErrnoCode.ENOTTY, _bench.File.Ioctl(_bench.Caller, command, ArrayMemory.Base, out _, ref _bench.Caller.Why).Code);
        Assert.Equal(ReasonCode.UnknownIoctl, _bench.Caller.Why.Code);
    }

    [Fact]
    public void NothingIsLeftBehindByCallsThatFail() => Assert.Equal(0, _bench.Context.ObjectCount);

    private static IoctlRow Row(string name)
    {
        foreach (IoctlRow row in IommufdTable.Rows)
        {
            if (row.Name == name)
                return row;
        }

        throw new KeyNotFoundException(name);
    }

    private ErrnoCode Call(IoctlRow row, uint size, ulong argument, uint nonZero = 0)
    {
        int room = (int)Math.Min(8192, ArrayMemory.End - argument);
        Span<byte> bytes = _bench.Caller.Bytes.At(argument, room);
        _bench.Caller.Bytes.At(ArrayMemory.Base, ArrayMemory.Size).Clear();
        Span<byte> sizeField = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(sizeField, size);
        sizeField[..Math.Min(4, room)].CopyTo(bytes);
        if (nonZero != 0)
            bytes[(int)nonZero] = 1;
        _bench.Caller.Why = default;
        return _bench.File.Ioctl(_bench.Caller, row.Number, argument, out _, ref _bench.Caller.Why).Code;
    }
}
