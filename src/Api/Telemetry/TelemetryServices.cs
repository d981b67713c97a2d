using System.Security.Cryptography;
using System.Text;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api.Telemetry;

/// <summary>
/// Metrics and traces: at /metrics with its token, and by OTLP to where
/// OTEL_EXPORTER_OTLP_ENDPOINT points. Spans hold the text of SQL, never its parameters.
/// </summary>
internal static class TelemetryServices
{
    private const string Path = "/metrics";

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<Gauges>();
        services.AddHostedService(provider => provider.GetRequiredService<Gauges>());
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("rlschat-api"))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddRuntimeInstrumentation()
                .AddNpgsqlInstrumentation()
                .AddView(instrument => PoolUsage.Replaces(instrument) ? MetricStreamConfiguration.Drop : null)
                .AddMeter(DatabaseMetrics.Meter)
                .AddPrometheusExporter());
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            // Spans are recorded only where they are sent: recording costs processor time in every request.
            telemetry.WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !context.Request.Path.StartsWithSegments("/health"))
                .AddNpgsql());
            telemetry.UseOtlpExporter();
        }
    }

    /// <summary>
    /// Serves /metrics before authentication, because its bearer token belongs to no person. Without METRICS_TOKEN it is
    /// off, except in development, where it is open.
    /// </summary>
    public static void UseMetrics(this WebApplication app, Settings settings)
    {
        if (settings.Web.MetricsToken is null && !app.Environment.IsDevelopment())
        {
            return;
        }

        var expected = settings.Web.MetricsToken is { } token ? SHA256.HashData(Encoding.UTF8.GetBytes($"Bearer {token}")) : null;
        app.UseWhen(context => context.Request.Path == Path, metrics =>
        {
            metrics.Use((context, next) =>
                expected is null || CryptographicOperations.FixedTimeEquals(
                    expected, SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString())))
                    ? next(context)
                    : Problems.Write(context, Problems.Of(StatusCodes.Status401Unauthorized)));
            metrics.UseOpenTelemetryPrometheusScrapingEndpoint(Path);
        });
    }
}
