using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Ioasis.Runner.Native;

/// <summary>A path in /proc, put together without allocating; UTF-8 with a zero byte at the end.</summary>
internal unsafe struct ProcPath
{
    private fixed byte _text[64];
    private int _length;

    /// <summary>/proc/THREAD/fd/DESCRIPTOR</summary>
    public static ProcPath Descriptor(int thread, int descriptor)
    {
        ProcPath path = default;
        path.Add("/proc/"u8, thread);
        path.Add("/fd/"u8, descriptor);
        return path;
    }

    /// <summary>/proc/THREAD/fdinfo/DESCRIPTOR</summary>
    public static ProcPath DescriptorFacts(int thread, int descriptor)
    {
        ProcPath path = default;
        path.Add("/proc/"u8, thread);
        path.Add("/fdinfo/"u8, descriptor);
        return path;
    }

    /// <summary>/proc/self/fd/DESCRIPTOR: one of ours.</summary>
    public static ProcPath Own(int descriptor)
    {
        ProcPath path = default;
        path.Add("/proc/self/fd/"u8, descriptor);
        return path;
    }

    /// <summary>[task/THREAD/]fd/DESCRIPTOR, relative to /proc/PROCESS: the first thread's are the process's, by a shorter way.</summary>
    public static ProcPath TaskDescriptor(int process, int thread, int descriptor)
    {
        ProcPath path = default;
        if (thread == process)
        {
            path.Add("fd/"u8, descriptor);
            return path;
        }

        path.Add("task/"u8, thread);
        path.Add("/fd/"u8, descriptor);
        return path;
    }

    /// <summary>task/THREAD and a name below it ("" or "/NAME"), relative to /proc/PROCESS.</summary>
    public static ProcPath Task(int thread, ReadOnlySpan<byte> name)
    {
        ProcPath path = default;
        path.Add("task/"u8, thread);
        path.Add(name);
        return path;
    }

    /// <summary>/proc/PROCESS/task/THREAD</summary>
    public static ProcPath TaskOf(int process, int thread)
    {
        ProcPath path = default;
        path.Add("/proc/"u8, process);
        path.Add("/task/"u8, thread);
        return path;
    }

    /// <summary>/proc/THREAD/NAME</summary>
    public static ProcPath Of(int thread, ReadOnlySpan<byte> name)
    {
        ProcPath path = default;
        path.Add("/proc/"u8, thread);
        path.Add("/"u8);
        path.Add(name);
        return path;
    }

    /// <summary>The text; it lies in this structure, which must not move meanwhile: keep it in a local variable.</summary>
    public byte* Text => (byte*)Unsafe.AsPointer(ref _text[0]);

    public override string ToString() => System.Text.Encoding.UTF8.GetString(Text, _length);

    private void Add(ReadOnlySpan<byte> text, int number)
    {
        Add(text);
        _ = Utf8Formatter.TryFormat(number, new Span<byte>(Text + _length, 64 - _length), out int written);
        _length += written;
        _text[_length] = 0;
    }

    private void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(new Span<byte>(Text + _length, 64 - _length));
        _length += text.Length;
        _text[_length] = 0;
    }
}
