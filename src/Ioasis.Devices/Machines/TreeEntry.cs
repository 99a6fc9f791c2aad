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
