using RlsChat.Api.Answers;
using RlsChat.Api.Auth;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Api.Endpoints;
using RlsChat.Api.Http;
using RlsChat.Api.Live;
using RlsChat.Api.Mail;
using RlsChat.Api.OpenApi;
using RlsChat.Api.Telemetry;
using RlsChat.Api.Web;
using RlsChat.Database;

namespace RlsChat.Api;

/// <summary>Composes the API, for Program and for tests.</summary>
public static class ApiHost
{
    /// <summary>
    /// Builds the application; nothing connects or listens before it is started.
    /// </summary>
    /// <param name="args">Settings as <c>--NAME=value</c>; they win over the environment.</param>
    /// <param name="adjust">Changes the builder, for tests.</param>
    /// <exception cref="SetupException">A setting is missing or malformed; it says which.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        AppContext.SetSwitch("Npgsql.EnableSqlRewriting", false);
        // Settings are read once: nothing watches their files, nor the log that may be written beside them.
        var builder = WebApplication.CreateSlimBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
        var settings = Settings.Read(builder.Configuration, builder.Environment);

        builder.Logging.AddJsonLines();
        if (builder.Environment.IsDevelopment())
        {
            // It warns at each start that keys are stored unencrypted, which is intended in development.
            builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(settings.Host, settings.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Settings.MaxBodyBytes;
        });
        if (settings.Standbys is not null || settings.Api.Host!.Contains(',', StringComparison.Ordinal))
        {
            // Npgsql blocks a thread for as long as a host does not answer a cancellation.
            ThreadPool.SetMinThreads(2 * settings.Pool.MaxConnections, 1);
        }

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddDatabase();
        builder.Services.AddIdentity().AddGitHubSignIn(settings);
        builder.Services.AddMail(settings);
        builder.Services.AddLiveEvents();
        builder.Services.AddAnswers(settings);
        builder.Services.AddInputAndOutput();
        builder.Services.AddExceptionHandler<ExceptionProblems>();
        builder.Services.AddSingleton<Denials>();
        builder.Services.AddTelemetry(builder.Configuration);
        builder.Services.AddApiReference();
        builder.Services.AddLimits(settings.Web);
        builder.Services.AddBrowsers(settings.Web);
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.Use(ServerTiming.Measure);
        if (app.Environment.IsDevelopment())
        {
            app.Use(ShownStatements.Show);
        }

        app.UseExceptionHandler(new ExceptionHandlerOptions { SuppressDiagnosticsCallback = _ => true });
        app.UseBrowsers(settings);
        app.UseStatusCodePages(pages => Problems.Write(pages.HttpContext));
        app.UseRouting();
        app.UseCors();
        app.UseRequestTimeouts();
        app.UseRateLimiter();
        app.UseMetrics(settings);
        app.UsePublicUrl(settings);
        app.UseGitHubCallback(settings);
        app.UseAuthentication();
        app.UseValidTokens();
        app.UsePersonLimit();
        app.Use(QueryNames.Check);
        app.Use(Idempotency.Read);
        if (settings.Standbys is not null)
        {
            app.Use(Freshness.Take);
        }


        var everything = app.MapGroup("");
        everything.HaveManners();
        everything.MapApiReference();
        everything.MapSite();
        var routes = everything.MapGroup("").AddEndpointFilter(Input.Check).AddEndpointFilter(Preconditions.Check);
        routes.MapAllEndpoints();
        return app;
    }
}
