namespace Ioasis.Engine.Addresses;

/// <summary>
/// A virtual address of a client's process, in bytes. It means something only together with the
/// <see cref="Ioasis.Engine.Memory.ClientMemory"/> that it belongs to, and is never dereferenced without one.
/// </summary>
public readonly record struct HostAddress(ulong Value)
{
    public override string ToString() => $"0x{Value:x}";
}
