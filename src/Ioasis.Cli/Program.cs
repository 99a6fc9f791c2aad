using Ioasis.Cli;
using Ioasis.Runner;

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
