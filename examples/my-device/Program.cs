// All of ioasis, and a device of one's own:   my-device run --device summer -- PROGRAM

// [host]
using Ioasis.Cli;
using MyDevice;

return IoasisHost.Run(args, Summer.Model);
// [/host]
