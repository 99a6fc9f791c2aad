using Ioasis.Runner.Native;

namespace Ioasis.Runner.Calls;

/// <summary>The six arguments of a call.</summary>
internal readonly unsafe ref struct CallArguments
{
    private readonly ref readonly seccomp_data _data;

    public CallArguments(in seccomp_notif call) => _data = ref call.data;

    public ulong this[int index]
    {
        get
        {
            fixed (ulong* arguments = _data.args)
                return arguments[index];
        }
    }
}
