return Ioasis.Cli.IoasisHost.Run(args);
