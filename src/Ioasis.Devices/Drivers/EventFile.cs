using Ioasis.Devices.Machines;
using Ioasis.Engine.Reasons;

namespace Ioasis.Devices.Drivers;

/// <summary>
/// A file uevent: what is written to it is an action that Linux would announce. Nobody listens to announcements of our devices, so only
/// the word is checked.
/// </summary>
internal static class EventFile
{
    private static readonly string[] s_actions = ["add", "remove", "change", "move", "online", "offline", "bind", "unbind"];

    public static StoreAttribute Store(string path) => (text, ref why, ref _) =>
    {
        string line = AttributeText.Line(text);
        int space = line.IndexOf(' ', StringComparison.Ordinal); // a UUID and variables may follow
        return Array.IndexOf(s_actions, space < 0 ? line : line[..space]) >= 0
            ? Errno.Success
            : why.Because(ReasonCode.AttributeTextInvalid, name: path);
    };
}
