using System.Runtime.InteropServices;
using Ioasis.Client.Native;

namespace Ioasis.Client.Tests.Native;

public sealed partial class ErrorNumberTests
{
    [Fact]
    public void EveryNameIsTheCLibrarys()
    {
        List<string> named = [];
        for (int error = 1; error < 134; error++)
        {
            string name = ErrorNumber.NameOf(error);
            if (!name.StartsWith('E'))
                continue;
            named.Add(name);
            Assert.Equal(Marshal.PtrToStringUTF8(strerrorname_np(error)) is "ENOTSUP" ? "EOPNOTSUPP" : Marshal.PtrToStringUTF8(strerrorname_np(error)), name);
        }

        Assert.Contains("EADDRINUSE", named);
        Assert.Equal("errno 4095", ErrorNumber.NameOf(4095));
    }

    [LibraryImport("libc")]
    private static partial nint strerrorname_np(int error);
}
