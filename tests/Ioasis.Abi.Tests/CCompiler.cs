using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ioasis.Abi.Tests;

/// <summary>Has the C compiler evaluate expressions against the Linux headers.</summary>
internal static partial class CCompiler
{
    private const string Prologue = """
        #include <stddef.h>
        #include <stdio.h>
        #include <linux/iommufd.h>
        #include <linux/vfio.h>
        #define NUMBER(expression) printf("%lld\n", (long long)(expression))
        #define STRING(expression) printf("%s\n", expression)
        #define SIGNED(type, field) NUMBER((__typeof__(((type *)0)->field))-1 < 0)
        int main(void) {

        """;

    /// <summary>
    /// Evaluates statements, each of which prints one line: <c>NUMBER(…)</c>, <c>STRING(…)</c> or <c>SIGNED(type, field)</c>.
    /// </summary>
    /// <returns>
    /// For each statement what it printed, or the compiler's complaint where the headers do not have what it names. Skips the test where
    /// there is no compiler or no headers.
    /// </returns>
    public static (string? Value, string? Complaint)[] Evaluate(IReadOnlyList<string> statements)
    {
        var headers = LinuxHeaders.Require();
        var architecture = Tool.Run("gcc", "-print-multiarch");
        Assert.SkipWhen(architecture is null, "there is no gcc");

        var folder = Directory.CreateTempSubdirectory("ioasis-abi-");
        try
        {
            var source = Path.Combine(folder.FullName, "probe.c");
            var program = Path.Combine(folder.FullName, "probe");
            string[] compile =
            [
                "-std=gnu11", "-w", "-fmax-errors=0", "-ftrack-macro-expansion=0",
                "-isystem", headers, "-isystem", Path.Combine(headers, architecture.Output.Trim()), "-o", program, source,
            ];

            // A statement that does not compile is left out the second time, so that one run tells all that is wrong.
            var results = new (string? Value, string? Complaint)[statements.Count];
            Write(source, statements, results);
            var compiler = Tool.Run("gcc", compile)!;
            if (compiler.ExitStatus != 0)
            {
                NoteComplaints(compiler.Errors, results);
                Write(source, statements, results);
                compiler = Tool.Run("gcc", compile)!;
                Assert.True(compiler.ExitStatus == 0, compiler.Errors);
            }

            var values = Tool.Run(program)!.Output.TrimEnd('\n').Split('\n');
            var next = 0;
            for (var i = 0; i < results.Length; i++)
            {
                if (results[i].Complaint is null)
                    results[i].Value = values[next++];
            }

            Assert.Equal(values.Length, next);
            return results;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Write(string path, IReadOnlyList<string> statements, (string? Value, string? Complaint)[] results)
    {
        var text = new StringBuilder(Prologue);
        for (var i = 0; i < statements.Count; i++)
            text.Append(results[i].Complaint is null ? statements[i] : "").Append(";\n"); // one line each: see NoteComplaints
        File.WriteAllText(path, text.Append("return 0; }\n").ToString());
    }

    private static void NoteComplaints(string errors, (string? Value, string? Complaint)[] results)
    {
        var firstLine = Prologue.Count(character => character == '\n') + 1;
        foreach (Match error in ErrorLine().Matches(errors))
        {
            var index = int.Parse(error.Groups[1].Value, CultureInfo.InvariantCulture) - firstLine;
            Assert.True(index >= 0 && index < results.Length, errors);
            results[index].Complaint ??= error.Groups[2].Value;
        }
    }

    [GeneratedRegex(@"probe\.c:(\d+):\d+: error: (.*)")]
    private static partial Regex ErrorLine();
}
