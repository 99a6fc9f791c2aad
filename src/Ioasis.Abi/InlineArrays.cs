using System.Runtime.CompilerServices;

namespace Ioasis.Abi;

// The fixed arrays inside ABI structs, named by element and count. They index like arrays and convert to spans without unsafe code.

/// <summary>Three bytes in a row: <c>__u8[3]</c>.</summary>
[InlineArray(3)]
public struct u8x3
{
    private byte _first;
}

/// <summary>Six 32-bit words in a row: <c>__u32[6]</c>.</summary>
[InlineArray(6)]
public struct u32x6
{
    private uint _first;
}

/// <summary>Two 64-bit words in a row: <c>__u64[2]</c>.</summary>
[InlineArray(2)]
public struct u64x2
{
    private ulong _first;
}

/// <summary>Four 64-bit words in a row: <c>__u64[4]</c>.</summary>
[InlineArray(4)]
public struct u64x4
{
    private ulong _first;
}
