using System.Runtime.CompilerServices;

namespace RlsChat.Tests.Api.Fixtures;

internal static class Switches
{
    // The API sets it too, but here other code touches Npgsql first, and it is read once.
    [ModuleInitializer]
    internal static void Set() => AppContext.SetSwitch("Npgsql.EnableSqlRewriting", false);
}
