namespace Ioasis.Devices.Pci;

/// <summary>A device model threw an exception, and its device is taken out as if somebody had pulled it.</summary>
/// <param name="Function">The device.</param>
/// <param name="Doing">What the model was asked to do.</param>
/// <param name="Exception">What it threw, with where.</param>
public sealed record DeviceFailure(PciFunction Function, string Doing, Exception Exception)
{
    private const int LongestMessage = 200;

    /// <summary>One line that says which device, when, and what its model threw.</summary>
    public override string ToString()
    {
        string message = string.Concat(Exception.Message.Select(static one => char.IsControl(one) ? ' ' : one));
        if (message.Length > LongestMessage)
            message = message[..LongestMessage] + "…";
        return $"{Function.Physical.Name} ({Function.GetType().Name}) is taken out: its model failed {Doing}: {Exception.GetType().Name}: {message}";
    }
}
