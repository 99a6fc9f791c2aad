using System.Buffers.Text;
using System.Globalization;
using Ioasis.Dispatch.Files;
using Ioasis.Engine.Addresses;
using Ioasis.Engine.Reasons;

namespace Ioasis.Runner.Failures;

/// <summary>
/// /proc/PID/fail-nth: a number written to it is how many failure points the thread passes until one fails; what is read is how many are left.
/// </summary>
/// <remarks>Source: Documentation/fault-injection/fault-injection.rst of Linux.</remarks>
internal sealed class FailNthFile(TaskFailures failures, TaskId task, string path) : DeviceFile
{
    private const int LongestNumber = 34; // what Linux looks at: a sign, 32 digits, a line end

    public override string Path => path;

    public override Errno Ioctl(ICaller caller, uint command, ulong argument, out long result, ref Reason why)
    {
        result = 0;
        return why.Because(ReasonCode.UnknownIoctl, command, name: Path);
    }

    public override Errno Read(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
    {
        transferred = 0;
        if (!task.IsRunning)
            return why.Because(ReasonCode.TaskEnded, (ulong)task.Id, name: Path);
        Span<byte> text = stackalloc byte[16];
        Utf8Formatter.TryFormat(failures.Left(task), text, out int length);
        text[length++] = (byte)'\n';
        if (offset >= (ulong)length)
            return Errno.Success;
        ReadOnlySpan<byte> part = text[(int)offset..length];
        part = part[..(int)Math.Min(count, (ulong)part.Length)];
        transferred = caller.Memory.Write(new HostAddress(buffer), part);
        return transferred == part.Length ? Errno.Success : why.Because(ReasonCode.ArgumentUnwritable, buffer, count);
    }

    /// <returns>EINVAL: no number, in the notation of C; ERANGE: it has more than 32 bits; ESRCH; EFAULT.</returns>
    public override Errno Write(ICaller caller, ulong buffer, ulong count, ulong offset, out long transferred, ref Reason why)
    {
        transferred = 0;
        Span<byte> text = stackalloc byte[LongestNumber];
        text = text[..(int)Math.Min(count, LongestNumber)];
        if (caller.Memory.Read(new HostAddress(buffer), text) != text.Length)
            return why.Because(ReasonCode.ArgumentUnreadable, buffer, count);
        if (!TryParse(System.Text.Encoding.Latin1.GetString(text), out ulong number))
            return why.Because(ReasonCode.NumberUnreadable, name: Path);
        if (number > uint.MaxValue)
            return why.Because(ReasonCode.NumberTooLarge, number, uint.MaxValue, name: Path);
        if (!task.IsRunning)
            return why.Because(ReasonCode.TaskEnded, (ulong)task.Id, name: Path);
        failures.Set(task, (uint)number);
        transferred = (long)count;
        return Errno.Success;
    }

    public override void Release()
    {
    }

    /// <summary>Decimal, 0x and hexadecimal, or 0 and octal; a plus sign before it and one line end after it are allowed.</summary>
    private static bool TryParse(string text, out ulong number)
    {
        int zero = text.IndexOf('\0', StringComparison.Ordinal);
        text = zero < 0 ? text : text[..zero];
        if (text.EndsWith('\n'))
            text = text[..^1];
        if (text.StartsWith('+'))
            text = text[1..];
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        if (text.Length < 2 || text[0] != '0')
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        number = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7')
                return false;
            number = Math.Min((number << 3) + (ulong)(digit - '0'), 1ul << 40); // too large already, and stays so
        }

        return true;
    }
}
