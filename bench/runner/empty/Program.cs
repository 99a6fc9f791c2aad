// The least that starting a .NET program costs: the yardstick for the start of `ioasis run`.
return 0;
