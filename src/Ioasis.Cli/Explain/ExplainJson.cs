using System.Text.Json;
using System.Text.Json.Serialization;
using Ioasis.Engine.Reasons;
using Ioasis.Runner.Explain;

namespace Ioasis.Cli.Explain;

/// <summary>A line of <c>--explain=json</c>. Members are added, never renamed; those that say nothing are left out.</summary>
/// <param name="Kind"><c>call</c>: failed. <c>dma</c>: aborted. <c>device</c>: something else that a device did not do. <c>path</c>: the machine has it not, but others like it. <c>note</c>: done, and there is something to know.</param>
/// <param name="Process">The client's process ID.</param>
/// <param name="Program">Its name.</param>
/// <param name="Device">The device, by its PCI address.</param>
/// <param name="Call">What was asked, with its operands, as in the text.</param>
/// <param name="Errno">The error number's name.</param>
/// <param name="Code">The reason's name: one of Ioasis.Engine.Reasons.ReasonCode.</param>
/// <param name="Reason">The reason in a sentence.</param>
/// <param name="Times">How many times more the same happened; the line that was told first has none.</param>
internal sealed record ExplainJson(
    string Kind, int? Process, string? Program, string? Device, string Call, string? Errno, string? Code, string Reason, long? Times)
{
    /// <summary>One JSON object, on one line.</summary>
    public static string Of(Explanation one, long times)
    {
        bool isCall = one.Kind is ExplanationKind.Call or ExplanationKind.Path or ExplanationKind.Note;
        ExplainJson line = new(
            one.Kind switch { ExplanationKind.Call => "call", ExplanationKind.Dma => "dma", ExplanationKind.Path => "path", ExplanationKind.Note => "note", _ => "device" },
            isCall ? one.Process : null,
            isCall ? one.Program : null,
            isCall ? null : one.Program,
            one.Call,
            one.Errno == ErrnoCode.None ? null : one.Errno.ToString(),
            one.Code == ReasonCode.None ? null : one.Code.ToString(),
            one.Reason,
            times == 0 ? null : times);
        return JsonSerializer.Serialize(line, ExplainJsonContext.Default.ExplainJson);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExplainJson))]
internal sealed partial class ExplainJsonContext : JsonSerializerContext;
