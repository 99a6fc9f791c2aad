using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Ioasis.Runner.Native;

/// <summary>A file descriptor that this process owns; closed once, and never while a call uses it.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int number)
        : base(ownsHandle: true)
    {
        SetHandle(number);
    }

    /// <summary>The number. Only for messages and for calls during which somebody else keeps the handle alive.</summary>
    public int Number => (int)handle;

    /// <summary>A name through which the same file can be opened again.</summary>
    public string ProcPath => "/proc/self/fd/" + Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Gives the number away: whoever gets it closes it.</summary>
    public nint Release()
    {
        nint number = handle;
        SetHandleAsInvalid();
        return number;
    }

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
