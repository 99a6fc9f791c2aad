using System.Runtime.CompilerServices;

// Every struct here is its own native layout: nothing is ever converted on the way to the kernel.
[assembly: DisableRuntimeMarshalling]
