using System.Globalization;
using System.Runtime.InteropServices;
using Ioasis.Embedded.Native;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Embedded.Memory;

/// <summary>
/// The layout of this process's memory, through /proc/self/maps. One question is one ioctl (PROCMAP_QUERY, Linux 6.11);
/// older kernels give the text, which is read up to the mapping asked for. Thread-safe.
/// </summary>
internal sealed unsafe class OwnMappings
{
    private const string File = "/proc/self/maps";

    private readonly SafeFileHandle _maps = System.IO.File.OpenHandle(File);
    private volatile bool _textOnly;

    /// <param name="textOnly">Behave as on a kernel that does not know the question; for tests.</param>
    public OwnMappings(bool textOnly = false) => _textOnly = textOnly;

    /// <summary>Finds the mapping that holds an address.</summary>
    /// <returns>False when nothing is mapped there.</returns>
    public bool TryFind(ulong address, out OwnMapping mapping)
    {
        mapping = default;
        if (_textOnly)
            return TryFindInText(address, out mapping);
        const ulong Readable = 1, Writable = 2;
        MappingQuery query = new() { Size = (ulong)sizeof(MappingQuery), Address = address };
        if (LibC.ioctl(_maps, LibC.PROCMAP_QUERY, &query) == 0)
        {
            mapping = new OwnMapping(query.Start, query.End, (query.Flags & Readable) != 0, (query.Flags & Writable) != 0);
            return true;
        }

        const int ENOENT = 2;
        if (Marshal.GetLastPInvokeError() == ENOENT)
            return false;
        _textOnly = true;
        return TryFindInText(address, out mapping);
    }

    private static bool TryFindInText(ulong address, out OwnMapping mapping)
    {
        mapping = default;
        foreach (string line in System.IO.File.ReadLines(File))
        {
            // START-END rwxp …, numbers in hexadecimal, ascending.
            int dash = line.IndexOf('-'), space = line.IndexOf(' ');
            ulong start = ulong.Parse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (start > address)
                return false;
            ulong end = ulong.Parse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (address >= end)
                continue;
            mapping = new OwnMapping(start, end, line[space + 1] == 'r', line[space + 2] == 'w');
            return true;
        }

        return false;
    }
}
