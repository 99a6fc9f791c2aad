using System.Text.Json;

namespace Ioasis.Devices.Machines;

/// <summary>
/// A machine file: JSON (comments and trailing commas allowed) with two arrays, <c>iommus</c> and <c>devices</c>. Each object
/// in them has the settings of <c>--iommu</c> and <c>--device</c> as members, beside <c>type</c> or <c>model</c>; an array as
/// value gives the setting once for each element.
/// </summary>
internal static class MachineFile
{
    private static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
    };

    /// <summary>Adds what a file describes to the lists.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Read(string name, string text, List<SettingList> iommus, List<SettingList> devices)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return $"{name}: a machine is an object with \"iommus\" and \"devices\"";
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                string? error = member.Name switch
                {
                    "iommus" => ReadArray(name, member, "type", iommus),
                    "devices" => ReadArray(name, member, "model", devices),
                    _ => $"{name}: a machine has no \"{member.Name}\"; it has iommus and devices",
                };
                if (error is not null)
                    return error;
            }
            return null;
        }
        catch (InvalidOperationException)
        {
            return $"{name}: a string holds half of a surrogate pair, which is no character";
        }
        catch (JsonException exception)
        {
            // The first sentence says what; the place that the rest of it repeats is given in front, counted from 1 as editors do.
            string what = exception.Message.Split(". ")[0];
            return exception.LineNumber is null
                ? $"{name}: {what}"
                : $"{name}, line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: {what}";
        }
    }

    private static string? ReadArray(string name, JsonProperty member, string kindName, List<SettingList> into)
    {
        if (member.Value.ValueKind != JsonValueKind.Array)
            return $"{name}: {member.Name} is not an array";
        int index = 0;
        foreach (JsonElement element in member.Value.EnumerateArray())
        {
            string origin = $"{name}: {member.Name}[{index++}]";
            string? error = ReadObject(origin, element, kindName, into);
            if (error is not null)
                return error;
        }
        return null;
    }

    private static string? ReadObject(string origin, JsonElement element, string kindName, List<SettingList> into)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return $"{origin} is not an object";
        string? kind = null;
        var settings = new List<KeyValuePair<string, string>>();
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (member.Name == kindName)
            {
                if (!TryText(member.Value, out kind))
                    return $"{origin}.{member.Name} is not a string";
                continue;
            }
            bool isArray = member.Value.ValueKind == JsonValueKind.Array;
            foreach (JsonElement value in isArray ? member.Value.EnumerateArray() : Enumerable.Repeat(member.Value, 1))
            {
                if (!TryText(value, out string? one))
                    return $"{origin}.{member.Name} is neither a string nor a number{(isArray ? " in each place" : "")}";
                settings.Add(new(member.Name, one!));
            }
        }
        if (kind is null)
            return $"{origin} has no \"{kindName}\"";
        into.Add(new SettingList(origin, kind, settings));
        return null;
    }

    private static bool TryText(JsonElement value, out string? text)
    {
        text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        return text is not null;
    }
}
