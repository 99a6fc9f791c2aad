using Ioasis.Devices.Interrupts;

namespace Ioasis.Devices.Pci;

/// <summary>Configuration accesses: bytes by <see cref="ConfigSpace"/>, and here what a write sets off.</summary>
public abstract partial class PciFunction
{
    /// <summary>Whether BARs are decoded: memory space is on in the command register, and the function is awake.</summary>
    private bool IsDecoding =>
        (_config.Get16(ConfigOffset.Command) & ConfigOffset.CommandMemory) != 0 && _power?.IsAsleep(_config) != true;

    /// <summary>Reads configuration space; the range lies within <see cref="ConfigSpace.Size"/>. Any size and alignment. Ones when it was pulled out.</summary>
    public void ReadConfig(int offset, Span<byte> into)
    {
        if (_hasVanished)
        {
            into.Fill(0xff);
            return;
        }
        lock (Sync)
        {
            _config.Put16(ConfigOffset.Status, ConfigOffset.StatusInterrupt, Interrupts.PinIsAsserted);
            _msix?.Show(_config, Interrupts.Mode == InterruptMode.Msix);
            _config.Read(offset, into);
        }
    }

    /// <summary>
    /// Writes configuration space; the range lies within <see cref="ConfigSpace.Size"/>. Any size and alignment: it is cut into
    /// accesses of a register each, as software would do them.
    /// </summary>
    public void WriteConfig(int offset, ReadOnlySpan<byte> from)
    {
        while (from.Length != 0 && !_hasVanished)
        {
            int size = Math.Min(from.Length, sizeof(uint) - offset % sizeof(uint));
            bool resets;
            lock (Sync)
            {
                _config.Write(offset, from[..size]);
                resets = AfterConfigWrite(offset, offset + size);
            }
            if (resets)
                Reset();
            offset += size;
            from = from[size..];
        }
    }

    /// <returns>Whether the function is to be reset.</returns>
    private bool AfterConfigWrite(int first, int end)
    {
        bool Touches(int register, int size) => first < register + size && register < end;

        if (Touches(ConfigOffset.Command, sizeof(ushort)))
            ApplyCommand();
        if (_power is not null && Touches(_power.Offset, _power.Size))
        {
            _power.Settle(_config);
            ApplyCommand();
        }
        if (_msi is not null && Touches(_msi.Control, sizeof(ushort)))
            _msi.Settle(_config, mayEnable: Interrupts.Mode == InterruptMode.Msi);
        return _express is not null && Touches(_express.Control, sizeof(ushort)) && _express.TakesReset(_config);
    }

    /// <summary>Makes the rest of the system follow the command register and the power state.</summary>
    private void ApplyCommand()
    {
        ushort command = _config.Get16(ConfigOffset.Command);
        Physical.BusMaster = (command & ConfigOffset.CommandBusMaster) != 0 && _power?.IsAsleep(_config) != true;
        RevokeBuffersUnlessDecoding();
        Interrupts.SetPinDisabled((command & ConfigOffset.CommandInterruptDisable) != 0);
    }
}
