using Ioasis.Engine.Addresses;
using Ioasis.Engine.Failures;
using Ioasis.Engine.Hardware;
using Ioasis.Engine.Objects;
using Ioasis.Engine.Spaces;
using Ioasis.Engine.Tables;
using Ioasis.Engine.Tests.Fixtures;

namespace Ioasis.Engine.Tests.Objects;

/// <summary>Devices behind an IOMMU each, all in one address space: each has a page table of its own.</summary>
public sealed class ManyIommusTests
{
    private const int Devices = 100;

    private readonly Lab _lab = new();

    [Fact]
    public void AnAttachTriesNoPageTableOfAnotherIommu()
    {
        Ioas space = _lab.Space();
        uint second = 0, last = 0;
        for (int i = 0; i < Devices; i++)
        {
            uint steps = StepsOf(_lab.Bind(DeviceBehindItsOwn(i)), space);
            if (i == 1)
                second = steps;
            last = steps;
        }

        Assert.Equal(Devices, space.TableCount);
        Assert.Equal(second, last); // places where the call could fail: one more each table tried
    }

    [Fact]
    public void ADeviceBehindAKnownIommuTakesItsPageTableAmongTheOthers()
    {
        Ioas space = _lab.Space();
        for (int i = 0; i < 3; i++)
            _lab.Attach(_lab.Bind(DeviceBehindItsOwn(i)), space);
        ObjectId table = _lab.Attach(_lab.Bind(), space);
        _lab.Attach(_lab.Bind(DeviceBehindItsOwn(3)), space);
        Assert.Equal(table, _lab.Attach(_lab.Bind(), space));
        Assert.Equal(5, space.TableCount);
    }

    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(3, 2, 1, 0)]
    [InlineData(1, 3, 0, 2)]
    public void PageTablesGoInAnyOrderAndOthersComeAfterThem(params int[] order)
    {
        Ioas space = _lab.Space();
        BoundDevice[] bound = [.. Enumerable.Range(0, order.Length).Select(i => _lab.Bind(DeviceBehindItsOwn(i)))];
        for (int round = 0; round < 2; round++)
        {
            List<ObjectId> left = [.. bound.Select(device => _lab.Attach(device, space))];
            foreach (int i in order)
            {
                Assert.Equal(left, TablesOf(space));
                left.RemoveAt(left.IndexOf(bound[i].Device.Group.Table!.Id));
                bound[i].Detach(Pasid.None);
            }

            Assert.Empty(TablesOf(space));
        }
    }

    private static List<ObjectId> TablesOf(Ioas space)
    {
        List<ObjectId> tables = [];
        for (HwPageTable? table = space.FirstTable; table is not null; table = table.Next)
            tables.Add(table.Id);
        return tables;
    }

    private PhysicalDevice DeviceBehindItsOwn(int number) =>
        _lab.Device(_lab.Group(new Iommu($"own{number}", IommuType.Vtd) { Aperture = new AddressRange(0, Lab.ApertureLast) }));

    private uint StepsOf(BoundDevice device, Ioas space)
    {
        FailureCountdown countdown = new() { Left = int.MaxValue };
        using (FailurePoint.Arm(countdown))
            _lab.Attach(device, space);
        return int.MaxValue - countdown.Left;
    }
}
