namespace Ioasis.Engine.Addresses;

/// <summary>
/// The ID of an object of one open <c>/dev/iommu</c>: IOAS, HWPT, device, … share one number space per descriptor, and the
/// lowest free number from 1 is given out. 0 is never an object.
/// </summary>
public readonly record struct ObjectId(uint Value)
{
    public override string ToString() => $"{Value}";
}
