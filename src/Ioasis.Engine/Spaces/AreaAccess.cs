namespace Ioasis.Engine.Spaces;

/// <summary>What a device may do with a mapping.</summary>
[Flags]
public enum AreaAccess : byte
{
    None = 0,
    Read = 1,
    Write = 2,
    ReadWrite = Read | Write,
}
