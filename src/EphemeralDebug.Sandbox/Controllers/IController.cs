using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Controllers;

/// <summary>A part of the control plane that brings what is in the store to what its objects ask for.</summary>
internal interface IController
{
    /// <summary>Looks at what is there at the start.</summary>
    void ReconcileAll();

    /// <summary>Looks at what a change asks for. Called for every change in order, never twice at once.</summary>
    void Reconcile(StoreEvent change);
}
