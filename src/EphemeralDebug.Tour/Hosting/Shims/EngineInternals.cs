using System.Management.Automation;
using System.Reflection;
using Microsoft.PowerShell.Commands.Internal.Format;

namespace EphemeralDebug.Tour.Hosting.Shims;

/// <summary>
/// What the engine keeps for Microsoft.PowerShell.Utility alone (it is a friend assembly): the formatters, and the exception
/// that ends the commands before this one. There is no public way to either, and the real cmdlets use just these.
/// </summary>
internal static class EngineInternals
{
    private const string Formatting = "Microsoft.PowerShell.Commands.Internal.Format.";
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly Assembly s_engine = typeof(PSObject).Assembly;

    /// <summary>The exception that stops the commands before <paramref name="cmdlet"/> in its pipeline, and lets those after it go on.</summary>
    public static Exception StopUpstream(Cmdlet cmdlet) =>
        (Exception)New("System.Management.Automation.StopUpstreamCommandsException", cmdlet);

    /// <summary>Makes a Format-* cmdlet shape its objects as a <c>Table</c>, <c>List</c> or <c>Wide</c>.</summary>
    public static void UseShape(FrontEndCommandBase cmdlet, string shape)
    {
        Type shapes = s_engine.GetType(Formatting + "FormatShape", throwOnError: true)!;
        Implement(cmdlet, New(Formatting + "InnerFormatShapeCommand", Enum.Parse(shapes, shape)));
    }

    /// <summary>Makes an Out-* cmdlet lay its objects out for a width and write the lines to a writer.</summary>
    public static void UseWriter(FrontEndCommandBase cmdlet, TextWriter writer, int width)
    {
        object manager = New(Formatting + "OutputManagerInner");
        manager.GetType().GetProperty("LineOutput", Instance)!.SetValue(manager, New(Formatting + "TextWriterLineOutput", writer, width));
        Implement(cmdlet, manager);
    }

    private static object New(string type, params object[] arguments) =>
        Activator.CreateInstance(s_engine.GetType(type, throwOnError: true)!, Instance, binder: null, arguments, culture: null)!;

    private static void Implement(FrontEndCommandBase cmdlet, object implementation) =>
        typeof(FrontEndCommandBase).GetField("implementation", Instance)!.SetValue(cmdlet, implementation);
}
