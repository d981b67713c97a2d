namespace RlsChat.Api.Live;

/// <summary>Registers live delivery.</summary>
internal static class LiveServices
{
    public static void AddLiveEvents(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<Patience>();
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<LiveMetrics>();
        services.AddSingleton<Delivery>();
        services.AddSingleton<LiveEvents>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveEvents>());
    }
}
