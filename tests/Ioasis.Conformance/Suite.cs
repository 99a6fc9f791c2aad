using System.Text;
using Ioasis.Conformance.Language;
using Ioasis.Conformance.Players;
using Ioasis.Conformance.Programs;

namespace Ioasis.Conformance;

/// <summary>All cases, compiled, and what players made of them.</summary>
public sealed class Suite
{
    /// <summary>The machine that cases see, as options of <c>ioasis run</c>.</summary>
    /// <remarks>The recorded machine's VT-d used first-stage tables, whose aperture is half of the second stage's.</remarks>
    public static IReadOnlyList<string> Iommus { get; } = ["vtd,aperture=0-0x7fffffffffff", "mock"];

    public static IReadOnlyList<string> Devices { get; } = ["edu"];

    public Suite(IEnumerable<Case> cases) => Cases = [.. cases.Select(Compiler.Compile)];

    public IReadOnlyList<CompiledCase> Cases { get; }

    public static Suite Read(string folder) => new(CaseFile.ReadFolder(folder));

    /// <summary>The whole suite as the players' program; a case's number is its place in <see cref="Cases"/>.</summary>
    /// <param name="which">Which cases; null for all.</param>
    public string ProgramText(Func<CompiledCase, bool>? which = null)
    {
        StringBuilder text = new();
        for (int number = 0; number < Cases.Count; number++)
        {
            if (which is null || which(Cases[number]))
                Programs.ProgramText.Append(text, number, Cases[number].Instructions);
        }

        return text.ToString();
    }

    /// <summary>Plays everything that one process can play, in this one.</summary>
    public Dictionary<int, string> PlayEmbedded()
    {
        Dictionary<int, string> outputs = [];
        using EmbeddedKernel kernel = EmbeddedKernel.Create(Iommus, Devices);
        Player player = new(kernel);
        for (int number = 0; number < Cases.Count; number++)
        {
            if (!Player.CanPlay(Cases[number].Instructions))
                continue;
            outputs.Add(number, player.Play(Cases[number].Instructions) + (kernel.PagesLeft == 0 ? "" : $"crash {kernel.PagesLeft} pages are still pinned\n"));
        }

        return outputs;
    }
}
