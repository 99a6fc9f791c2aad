namespace Ioasis.Runner.Native;

/// <summary>What getdents64(2) gave: entries of struct linux_dirent64, one after the other.</summary>
internal ref struct DirectoryEntries(Span<byte> bytes)
{
    private const int LengthOffset = 16, KindOffset = 18, NameOffset = 19;

    private Span<byte> _rest = bytes;
    private Span<byte> _entry;

    /// <summary>The kind (DT_CHR, …); can be corrected in place.</summary>
    public readonly ref byte Kind => ref _entry[KindOffset];

    /// <summary>The whole entry.</summary>
    public readonly Span<byte> Bytes => _entry;

    public readonly ReadOnlySpan<byte> Name
    {
        get
        {
            Span<byte> name = _entry[NameOffset..];
            int end = name.IndexOf((byte)0);
            return end < 0 ? name : name[..end];
        }
    }

    /// <summary>Room that an entry with a name takes: a multiple of eight.</summary>
    public static int SizeOf(int nameLength) => (NameOffset + nameLength + 1 + 7) & ~7;

    /// <summary>Writes an entry; <paramref name="into"/> is as long as <see cref="SizeOf"/> says.</summary>
    public static void Write(Span<byte> into, ulong inode, long next, byte kind, ReadOnlySpan<byte> name)
    {
        into.Clear();
        BitConverter.TryWriteBytes(into, inode);
        BitConverter.TryWriteBytes(into[8..], next);
        BitConverter.TryWriteBytes(into[LengthOffset..], (ushort)into.Length);
        into[KindOffset] = kind;
        name.CopyTo(into[NameOffset..]);
    }

    public bool MoveNext()
    {
        if (_rest.Length <= NameOffset)
            return false;
        int length = Math.Clamp(BitConverter.ToUInt16(_rest[LengthOffset..]), NameOffset, _rest.Length);
        _entry = _rest[..length];
        _rest = _rest[length..];
        return true;
    }
}
