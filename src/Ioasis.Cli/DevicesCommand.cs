using System.CommandLine;
using Ioasis.Devices.Machines;
using Ioasis.Devices.Models;
using Spectre.Console;

namespace Ioasis.Cli;

/// <summary><c>ioasis devices</c>: the device models, their options, and the kinds of IOMMU.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        Command command = new("devices", "Lists device models, their options, and the kinds of IOMMU.");
        command.SetAction(_ => Show(Terminal.Output));
        return command;
    }

    public static int Show(IAnsiConsole console)
    {
        foreach (DeviceModel model in DeviceModels.All)
        {
            console.MarkupLineInterpolated($"[bold]{model.Name}[/]  {model.Identity.Vendor:x4}:{model.Identity.Device:x4}  {model.Summary}");
            Table table = new Table().NoBorder().HideHeaders().AddColumns("", "", "");
            foreach (DeviceOption option in model.Options)
                table.AddRow($"    {option.Name}=", Markup.Escape(option.Default), Markup.Escape(option.Summary));
            if (model.Options.Count != 0)
                console.Write(table);
            console.WriteLine();
        }

        console.MarkupLine("[bold]every device[/]");
        Table common = new Table().NoBorder().HideHeaders().AddColumns("", "");
        foreach ((string name, string summary) in CommonOptions.All)
            common.AddRow($"    {name}=", Markup.Escape(summary));
        console.Write(common);
        console.WriteLine();

        console.MarkupLine("[bold]IOMMUs[/] (--iommu)");
        Table iommus = new Table().NoBorder().HideHeaders().AddColumns("", "", "");
        foreach (IommuDefaults kind in IommuDefaults.All)
            iommus.AddRow($"    {kind.Word}", $"IOVA 0x{kind.ApertureFirst:x}-0x{kind.ApertureLast:x}", $"reserved {string.Join(", ", kind.Reserved.Select(region => region.Range))}");
        console.Write(iommus);
        return 0;
    }
}
