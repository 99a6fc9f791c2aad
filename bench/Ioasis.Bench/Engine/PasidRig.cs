using Ioasis.Engine.Dma;
using Ioasis.Engine.Mock;

namespace Ioasis.Bench.Engine;

/// <summary>One descriptor and one device with many PASIDs, each of which is attached to an address space of its own with one mapping.</summary>
internal abstract class PasidRig
{
    /// <summary>Where the one page of each address space is mapped.</summary>
    public const ulong Mapped = MockFormat.ApertureFirst;

    /// <summary>The device's way to memory.</summary>
    public abstract DmaPort Port { get; }

    /// <summary>An address space, its mapping, a HWPT, and a PASID that is attached to it.</summary>
    public abstract void Add(uint pasid);

    /// <summary>The client is gone.</summary>
    public abstract void Close();
}
