using Ioasis.Dispatch.Files;
using Ioasis.Engine.Reasons;

namespace Ioasis.Runner.Paths;

/// <summary>Opens an emulated character device once more.</summary>
internal delegate Errno OpenDevice(out DeviceFile? file, ref Reason why);

/// <summary>A character device as its node shows it.</summary>
internal sealed record EmulatedDevice(uint Major, uint Minor, uint Mode, OpenDevice Open);
