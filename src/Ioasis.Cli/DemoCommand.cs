using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Ioasis.Cli.Output;
using Ioasis.Devices.Machines;
using Ioasis.Devices.Pci;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;
using Ioasis.Runner;
using Ioasis.Runner.Explain;
using Ioasis.Runner.Launch;
using Spectre.Console;

namespace Ioasis.Cli;

/// <summary>
/// <c>ioasis demo</c>: the main job on real input. A program that knows only Linux (examples/copy-file) copies a file through
/// a device by DMA; the demo shows each of its calls as we saw it, counts what the device moved, and checks the copy.
/// </summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Option<FileInfo?> file = new("--file") { Description = "The file to copy; the numbers from 1 to 20000 unless something else is said.", HelpName = "FILE" };
        Command command = new("demo", "Copies a real file through an emulated device by DMA, with a program that knows only Linux.");
        command.Options.Add(file);
        command.SetAction(parsed => Run(Terminal.Output, parsed.GetValue(file)?.FullName));
        return command;
    }

    public static int Run(IAnsiConsole console, string? source)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "demo", "copy-file.dll");
        if (!File.Exists(program) || !File.Exists(source ?? program))
        {
            Messages.Error($"{(File.Exists(program) ? source : program)} is not there");
            return 1;
        }

        string folder;
        try
        {
            folder = Directory.CreateTempSubdirectory("ioasis-demo-").FullName;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Messages.Error($"there is no place for the copy: {failed.Message}; set TMPDIR");
            return 1;
        }

        string copy = Path.Combine(folder, "copy");
        source ??= WriteNumbers(Path.Combine(folder, "numbers.txt"));
        try
        {
            using Machine machine = new(MachineDescription.Default);
            List<Explanation> calls = [];
            ProgramOptions options = new("dotnet", [program, source, copy])
            {
                Complain = Messages.Error,
                Trace = call =>
                {
                    lock (calls)
                    {
                        calls.Add(call);
                        ShowCall(console, call);
                    }
                },
            };
            Introduce(console, source);
            if (StandardOutput.Ours.Failure is not null)
                return 1; // nobody sees it
            ProgramEnd end;
            using (ProgramRunner runner = new(() => new DeviceNodes(machine), options))
                end = runner.Wait();
            return Conclude(console, machine, calls, end, source, copy);
        }
        catch (LaunchException e)
        {
            Messages.Error($"{e.Message} ('ioasis doctor' tells what this machine lacks)");
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A file that is the same everywhere, so that what is printed of it is.</summary>
    private static string WriteNumbers(string path)
    {
        const int Last = 20_000;
        File.WriteAllLines(path, Enumerable.Range(1, Last).Select(number => number.ToString(CultureInfo.InvariantCulture)));
        return path;
    }

    private static void Introduce(IAnsiConsole console, string source)
    {
        console.MarkupLineInterpolated($"[bold]ioasis demo[/]: an unmodified program copies [blue]{Path.GetFileName(source)}[/] through a PCI device by DMA.");
        console.MarkupLine("No root, no kernel module, no IOMMU. [grey]Grey: its calls as we see them.[/]");
        console.WriteLine();
    }

    private static void ShowCall(IAnsiConsole console, Explanation call)
    {
        string colour = call.Errno == ErrnoCode.None ? "grey" : "yellow";
        string outcome = call.Errno == ErrnoCode.None ? "" : $" = {call.Errno}: {call.Reason}";
        console.MarkupLine($"[{colour}]  | {Markup.Escape(call.Call + outcome)}[/]");
    }

    private static int Conclude(IAnsiConsole console, Machine machine, List<Explanation> calls, ProgramEnd end, string source, string copy)
    {
        ulong read = 0, written = 0;
        foreach (PciFunction function in machine.Functions)
        {
            (ulong functionRead, ulong functionWritten) = function.Physical.Traffic;
            read += functionRead;
            written += functionWritten;
        }

        bool same = end == new ProgramEnd(0, false) && File.Exists(copy) && HashOf(copy).AsSpan().SequenceEqual(HashOf(source));
        Table table = new Table().RoundedBorder().HideHeaders().AddColumns("", "");
        table.AddRow("opened", Count(calls, "open("));
        table.AddRow("bound", Count(calls, "VFIO_DEVICE_BIND_IOMMUFD"));
        table.AddRow("mapped", Count(calls, "IOMMU_IOAS_MAP"));
        table.AddRow("moved by DMA", $"{read} bytes out of the program's memory, {written} bytes into it");
        table.AddRow("SHA-256", same ? $"[green]equal[/] {Convert.ToHexStringLower(HashOf(source))[..16]}…" : "[red]different[/]");
        console.WriteLine();
        console.Write(table);
        console.MarkupLine(same
            ? "[green]It works here.[/] Your program next: [bold]./ioasis run --explain -- PROGRAM[/]"
            : $"[red]It does not work here[/] ({Markup.Escape(end.ToString())}). [bold]./ioasis doctor[/] tells what this machine lacks.");
        return same ? 0 : 1;
    }

    private static string Count(List<Explanation> calls, string name) =>
        Markup.Escape(string.Join("\n", calls.Where(call => call.Errno == ErrnoCode.None && call.Call.Contains(name, StringComparison.Ordinal)).Select(call => call.Call)));

    private static byte[] HashOf(string path) => SHA256.HashData(File.ReadAllBytes(path));
}
