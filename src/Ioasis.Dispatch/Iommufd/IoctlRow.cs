using System.Runtime.CompilerServices;
using Ioasis.Engine.Reasons;

namespace Ioasis.Dispatch.Iommufd;

/// <summary>One ioctl: its name and number, its structure's size and what of it is mandatory (in bytes), and who handles it.</summary>
internal readonly unsafe struct IoctlRow(
    string name, uint number, int size, int minimumSize, delegate*<ref IoctlCall, ref Reason, Errno> handler, bool takesMemory = false)
{
    public string Name { get; } = name;

    /// <summary>The whole request number.</summary>
    public uint Number { get; } = number;

    public int Size { get; } = size;

    public int MinimumSize { get; } = minimumSize;

    /// <summary>It makes something that stays, so that whom its memory is charged to is asked first.</summary>
    public bool TakesMemory { get; } = takesMemory;

    public bool IsHole => handler == null;

    public Errno Handle(ref IoctlCall call, ref Reason why) => handler(ref call, ref why);
}
