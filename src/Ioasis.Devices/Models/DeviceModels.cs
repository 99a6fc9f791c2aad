namespace Ioasis.Devices.Models;

/// <summary>All device models. A new one is made known here and nowhere else.</summary>
public static class DeviceModels
{
    public static IReadOnlyList<DeviceModel> All { get; } = [Edu.Model, DmaTest.Model];

    public static DeviceModel? Find(string name) => All.FirstOrDefault(model => model.Name == name);
}
