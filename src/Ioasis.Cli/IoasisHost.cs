using Ioasis.Devices.Models;
using Ioasis.Runner;

namespace Ioasis.Cli;

/// <summary>
/// The whole command line, for a program that adds device models of its own: <c>return IoasisHost.Run(args, MyDevice.Model);</c> is such a
/// program.
/// </summary>
public static class IoasisHost
{
    /// <summary>Does what the command line asks for.</summary>
    /// <param name="args">The command line, without the program's name.</param>
    /// <param name="models">Models that machines can have beside those that are built in.</param>
    /// <returns>The status to end with; docs/commands/run.md lists them.</returns>
    /// <exception cref="ArgumentException">A model has no name, or one that another has.</exception>
    public static int Run(string[] args, params ReadOnlySpan<DeviceModel> models)
    {
        foreach (DeviceModel model in models)
            DeviceModels.Add(model);

        // The main job starts often, and many runs are short: for itself it has its own command made, and no other.
        int status;
        if (args is ["run", ..] && RunCommand.TryParse(args) is { } run)
        {
            ProgramRunner.Prepare();
            status = Commands.Invoke(run);
        }
        else
        {
            status = Commands.Invoke(args);
        }

        Messages.End();
        return status;
    }
}
