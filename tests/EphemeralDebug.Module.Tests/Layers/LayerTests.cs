using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;

namespace EphemeralDebug.Module.Tests.Layers;

/// <summary>Layers go one way: Abstractions, Core, EphemeralDebug; PowerShell is known to the last alone.</summary>
public sealed class LayerTests
{
    [Theory]
    [InlineData("EphemeralDebug.Core")]
    [InlineData("EphemeralDebug.Abstractions")]
    public void Below_the_face_nothing_knows_PowerShell(string name)
    {
        using ShippedAssembly assembly = new(name);
        Assert.DoesNotContain("System.Management.Automation", assembly.References);
        Assert.DoesNotContain("EphemeralDebug", assembly.References);
    }

    [Fact]
    public void Abstractions_needs_nothing_but_the_framework()
    {
        using ShippedAssembly assembly = new("EphemeralDebug.Abstractions");
        string framework = RuntimeEnvironment.GetRuntimeDirectory();
        Assert.NotEmpty(assembly.References);
        Assert.All(assembly.References, name => Assert.True(File.Exists(Path.Combine(framework, name + ".dll")), $"{name} is not part of the framework."));
    }

    [Fact]
    public void The_face_names_no_type_of_a_Kubernetes_client()
    {
        using ShippedAssembly assembly = new("EphemeralDebug");
        Assert.DoesNotContain("KubernetesClient", assembly.References);
        Assert.DoesNotContain(assembly.ForeignNamespaces, name => name == "k8s" || name.StartsWith("k8s.", StringComparison.Ordinal));
        Assert.DoesNotContain("YamlDotNet", assembly.References);
    }

    [Fact]
    public void What_PowerShell_reads_before_the_import_needs_no_Core() =>
        Assert.Empty(LoadContextWithoutCore.ProblemsOf(ShippedAssembly.PathOf("EphemeralDebug")));

    [Theory]
    [InlineData("base")]
    [InlineData("interface")]
    [InlineData("field")]
    public void A_type_that_needs_Core_too_early_is_found(string how)
    {
        PersistedAssemblyBuilder core = new(new AssemblyName("EphemeralDebug.Core"), typeof(object).Assembly);
        ModuleBuilder coreModule = core.DefineDynamicModule("EphemeralDebug.Core");
        TypeBuilder coreClass = coreModule.DefineType("Core.Thing", TypeAttributes.Public);
        TypeBuilder coreInterface = coreModule.DefineType("Core.IThing", TypeAttributes.Public | TypeAttributes.Interface | TypeAttributes.Abstract);
        TypeBuilder coreStruct = coreModule.DefineType("Core.Value", TypeAttributes.Public | TypeAttributes.Sealed, typeof(ValueType));

        PersistedAssemblyBuilder face = new(new AssemblyName("Face"), typeof(object).Assembly);
        TypeBuilder wrong = face.DefineDynamicModule("Face").DefineType("Face.Wrong", TypeAttributes.Public, how == "base" ? coreClass : typeof(object));
        if (how == "interface") wrong.AddInterfaceImplementation(coreInterface);
        if (how == "field") wrong.DefineField("_value", coreStruct, FieldAttributes.Private);
        foreach (TypeBuilder type in new[] { coreClass, coreInterface, coreStruct, wrong }) type.CreateType();

        DirectoryInfo folder = Directory.CreateTempSubdirectory("ephemeraldebug-test-");
        try
        {
            string path = Path.Combine(folder.FullName, "Face.dll");
            face.Save(path);
            Assert.NotEmpty(LoadContextWithoutCore.ProblemsOf(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
