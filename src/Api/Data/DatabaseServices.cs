namespace RlsChat.Api.Data;

/// <summary>Registers the way to the database.</summary>
internal static class DatabaseServices
{
    public static void AddDatabase(this IServiceCollection services)
    {
        services.AddSingleton<DataSources>();
        services.AddSingleton<DatabaseMetrics>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<PoolUsage>();
        services.AddSingleton<Explanations>();
        // Before the guard, which asks the primary.
        services.AddHostedService<HostWatch>();
        services.AddSingleton<BootGuard>();
        services.AddHostedService(provider => provider.GetRequiredService<BootGuard>());
        services.AddHostedService<Purge>();
    }
}
