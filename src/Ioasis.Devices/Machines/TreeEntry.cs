using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Machines;

/// <summary>A file that a client sees.</summary>
/// <param name="Path">Absolute and normal: no <c>//</c>, <c>.</c>, <c>..</c>, no slash at the end.</param>
public abstract record TreeEntry(string Path);

/// <summary>A directory.</summary>
/// <param name="Path">Where.</param>
/// <param name="IsWhole">
/// True when it holds what the tree names and nothing else; false for one that the client's system has too, with more in it.
/// </param>
public sealed record DirectoryEntry(string Path, bool IsWhole) : TreeEntry(Path);

/// <summary>A file with fixed content.</summary>
/// <param name="Path">Where.</param>
/// <param name="Content">Its bytes; shared, not to be changed.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record TextEntry(string Path, byte[] Content, uint Mode) : TreeEntry(Path);

/// <summary>A symbolic link.</summary>
/// <param name="Path">Where.</param>
/// <param name="Target">As readlink gives it: relative, and within the tree.</param>
public sealed record LinkEntry(string Path, string Target) : TreeEntry(Path);

/// <summary>A character device.</summary>
/// <param name="Path">Where.</param>
/// <param name="Major">Major number.</param>
/// <param name="Minor">Minor number.</param>
public sealed record NodeEntry(string Path, uint Major, uint Minor) : TreeEntry(Path);

/// <summary>
/// A file of sysfs that is made when it is read, and that does something when it is written. Its bits of permission are all there
/// is: root cannot read what nobody may read, as in sysfs.
/// </summary>
/// <param name="Path">Where.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Show">What it holds now; null for one that is only written.</param>
/// <param name="Store">Takes what was written; null for one that is only read.</param>
public sealed record AttributeEntry(string Path, uint Mode, Func<string>? Show, StoreAttribute? Store) : TreeEntry(Path)
{
    /// <summary>Bytes that it claims to have: a page for a text.</summary>
    public ulong Size { get; init; } = 4096;

    /// <summary>Why it cannot be opened; <see cref="ReasonCode.None"/> for one that can.</summary>
    public ReasonCode Refusal { get; init; }
}

/// <summary>Carries out a write to an attribute, whatever its position.</summary>
/// <param name="text">What was written, all of it.</param>
/// <param name="why">The reason of a failure.</param>
/// <param name="pending">
/// Set when the write has succeeded and is not done yet, because somebody must let go of a device first: the writer waits for it.
/// </param>
public delegate Errno StoreAttribute(ReadOnlySpan<byte> text, ref Reason why, ref Task? pending);
