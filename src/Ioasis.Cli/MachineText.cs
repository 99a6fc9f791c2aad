using System.Runtime.InteropServices;
using System.Text;
using Ioasis.Cli.Output;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Cli;

/// <summary>Reads a machine file: an ordinary file of a sensible size, in UTF-8.</summary>
internal static partial class MachineText
{
    /// <summary>Largest machine file, in bytes: a hundred times what a machine with all the devices that it can have needs.</summary>
    public const int Most = 1 << 20;

    private const int NonBlock = 0x800, CloseOnExec = 0x80000; // linux/fcntl.h; a FIFO without a writer would have us wait for ever

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="IOException">What is wrong, without the file's name.</exception>
    public static string Read(string path)
    {
        int descriptor = Open(path, NonBlock | CloseOnExec);
        if (descriptor < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        using SafeFileHandle file = new(descriptor, ownsHandle: true);
        FileKind kind = FileKinds.Of(descriptor);
        if (kind != FileKind.Ordinary)
            throw new IOException($"it is no ordinary file, but {NameOf(kind)}");
        byte[] bytes = new byte[Most + 1];
        int length = 0;
        for (int read; length < bytes.Length && (read = RandomAccess.Read(file, bytes.AsSpan(length), length)) > 0;)
            length += read;
        if (length > Most)
            throw new IOException($"it has more than {Most} bytes, too many for a machine");
        try
        {
            ReadOnlySpan<byte> text = bytes.AsSpan(0, length);
            return s_utf8.GetString(text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text);
        }
        catch (DecoderFallbackException e)
        {
            throw new IOException($"it is no text in UTF-8: byte {e.Index} cannot be", e);
        }
    }

    private static string NameOf(FileKind kind) => kind switch
    {
        FileKind.Directory => "a directory",
        FileKind.Pipe => "a pipe",
        FileKind.Socket => "a socket",
        FileKind.CharacterDevice or FileKind.BlockDevice => "a device",
        _ => "something else",
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
