using System.ComponentModel;
using System.Diagnostics;

namespace Ioasis.Abi.Tests;

/// <summary>The end of a program that a test started.</summary>
internal sealed record Tool(int ExitStatus, string Output, string Errors)
{
    /// <summary>Runs a program to its end and collects what it wrote.</summary>
    /// <returns>Null when this machine has no such program.</returns>
    public static Tool? Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new Tool(process.ExitCode, output, errors.Result);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
