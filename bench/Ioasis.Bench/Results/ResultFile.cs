using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ioasis.Bench.Rows;

namespace Ioasis.Bench.Results;

/// <summary>All of a run, as it is kept in a file of JSON.</summary>
internal sealed record ResultFile(DateTimeOffset When, SourceState Source, MachineFacts Machine, RunSettings Settings, IReadOnlyList<Row> Rows)
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>How many goals are met, and how many there are figures for.</summary>
    public (int Met, int All) Score() => (Rows.Count(row => row.Excess <= 1), Rows.Count(row => row.Excess is not null));

    /// <exception cref="InvalidDataException">The file is none of ours.</exception>
    public static ResultFile Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            ResultFile? result = JsonSerializer.Deserialize<ResultFile>(file, s_options);
            return result is { Rows: not null, Machine: not null, Source: not null, Settings: not null }
                ? result
                : throw new InvalidDataException($"{path} is no result of the bench: rows, machine, source or settings are missing");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no result of the bench: {e.Message}", e);
        }
    }

    public void Write(string path)
    {
        using FileStream file = File.Create(path);
        JsonSerializer.Serialize(file, this, s_options);
    }
}

/// <summary>How a run was asked for.</summary>
internal sealed record RunSettings(bool Quick, string? Only);
