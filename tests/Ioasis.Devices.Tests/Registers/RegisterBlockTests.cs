using System.Buffers.Binary;
using Ioasis.Devices.Models;
using Ioasis.Devices.Pci;
using Ioasis.Devices.Registers;
using Ioasis.Devices.Tests.Pci;

namespace Ioasis.Devices.Tests.Registers;

public sealed class RegisterBlockTests : IDisposable
{
    private static readonly RegisterBlock s_block = new();
    private static readonly Register
        s_wide = s_block.Add("WIDE", 0x00, 8, "", widths: RegisterWidths.Halves, reset: 0x1122334455667788),
        s_low = s_block.Add("LOW", 0x08, 8, "", widths: RegisterWidths.Low),
        s_masked = s_block.Add("MASKED", 0x10, 4, "", writable: 0xff00, reset: 0x12345678),
        s_readOnly = s_block.Add("READ_ONLY", 0x14, 2, "", RegisterAccess.ReadOnly, reset: 0x4242),
        s_writeOnly = s_block.Add("WRITE_ONLY", 0x16, 1, "", RegisterAccess.WriteOnly),
        s_whole = s_block.Add("WHOLE", 0x18, 8, "");

    private readonly Function _function = new();

    [Fact]
    public void Registers_are_found_in_the_order_of_their_offsets()
    {
        Assert.Equal([s_wide, s_low, s_masked, s_readOnly, s_writeOnly, s_whole], s_block.All);
        Assert.Equal(
            [s_wide, s_wide, s_low, s_masked, s_readOnly, s_writeOnly, null, s_whole, s_whole, null],
            new ulong[] { 0, 7, 8, 0x13, 0x15, 0x16, 0x17, 0x18, 0x1f, 0x20 }.Select(s_block.Find));
    }

    [Theory]
    [InlineData(0x04, 4)] // meets another
    [InlineData(0x22, 4)] // not aligned
    [InlineData(0x20, 3)]
    [InlineData(-8, 8)]
    public void What_cannot_be_a_register_is_refused(int offset, int size) =>
        Assert.Throws<ArgumentException>(() => s_block.Add("X", offset, size, ""));

    [Fact]
    public void Each_has_its_widths()
    {
        Write(0x00, 0xaaaaaaaa, 4);
        Write(0x04, 0xbbbbbbbb, 4);
        Assert.Equal((0xbbbbbbbbaaaaaaaa, 0xaaaaaaaaul, 0xbbbbbbbbul), (Read(0, 8), Read(0, 4), Read(4, 4)));
        Write(0x08, 0xcccccccccccccccc, 8);
        Write(0x08, 0xdddddddd, 4);
        Assert.Equal((0xddddddddul, 0xddddddddul, 0xfffffffful), (Read(8, 8), Read(8, 4), Read(12, 4)));
        Write(0x18, 0xeeeeeeee, 4);
        Assert.Equal((0ul, 0xfffffffful), (Read(0x18, 8), Read(0x18, 4)));
        Assert.Equal(["WIDE", "WIDE", "LOW", "LOW"], _function.Written);
    }

    [Fact]
    public void Each_has_its_access_and_its_bits()
    {
        Write(0x10, 0xffffffff, 4);
        Write(0x14, 0xffff, 2);
        Write(0x16, 0x33, 1);
        Assert.Equal((0x1234ff78ul, 0x4242ul, 0xfful), (Read(0x10, 4), Read(0x14, 2), Read(0x16, 1)));
        Assert.Equal(["MASKED", "WRITE_ONLY"], _function.Written);
        Assert.Equal(0x33ul, _function.Value(s_writeOnly));
    }

    [Fact]
    public void A_value_can_be_made_when_it_is_read()
    {
        _function.Counts = s_wide;
        Assert.Equal((0x1122334455667789ul, 0x5566778aul, 0x11223344ul), (Read(0, 8), Read(0, 4), Read(4, 4)));
    }

    [Fact]
    public void What_the_model_does_not_accept_changes_nothing_and_a_reset_brings_all_back()
    {
        Write(0x18, 5, 8);
        _function.Refuses = s_whole;
        Write(0x18, 6, 8);
        Assert.Equal(5ul, Read(0x18, 8));
        _function.Reset();
        Assert.Equal((0ul, 0x1122334455667788ul, 0x12345678ul), (Read(0x18, 8), Read(0, 8), Read(0x10, 4)));
    }

    public void Dispose() => _function.Dispose();

    private ulong Read(ulong at, int size)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        Assert.True(_function.TryReadBar(0, at, bytes[..size]));
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private void Write(ulong at, ulong value, int size)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Assert.True(_function.TryWriteBar(0, at, bytes[..size]));
    }

    private sealed class Function : PciFunction
    {
        public Function()
            : base(new DevicePlace(default, TestPhysical.Create(), DeviceOptions.DefaultsOf([])), new FunctionLayout
            {
                Identity = new PciIdentity(0x1234, 1, 0),
                Bars = [new Bar(0, 4096, registers: s_block)],
            }) => Open();

        public List<string> Written { get; } = [];

        public Register? Refuses { get; set; }

        /// <summary>Reads one more each time.</summary>
        public Register? Counts { get; set; }

        public ulong Value(Register register) => this[register];

        protected override ulong OnRead(Register register) => register == Counts ? ++this[register] : this[register];

        protected override bool Accepts(Register register, ulong value) => register != Refuses;

        protected override void OnWritten(Register register) => Written.Add(register.Name);
    }
}
