using Ioasis.Engine.Addresses;
using Ioasis.Engine.Spaces;

namespace Ioasis.Engine.Memory;

/// <summary>Of which pages a mapping's memory is made: noted under a lock, asked without one.</summary>
/// <param name="Memory">Whose memory.</param>
/// <param name="Start">First byte.</param>
/// <param name="Length">Bytes, at least 1.</param>
internal readonly record struct PageSizeQuestion(ClientMemory Memory, ulong Start, ulong Length)
{
    /// <summary>Bytes of a page; a system page when it is made of several kinds.</summary>
    public ulong Ask()
    {
        ulong first = Memory.PageSizeAt(new HostAddress(Start));
        return first == Memory.PageSizeAt(new HostAddress(Start + (Length - 1))) ? first : SystemPage.Size;
    }
}
