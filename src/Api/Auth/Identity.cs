using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using RlsChat.Api.Http;

namespace RlsChat.Api.Auth;

/// <summary>Registers authentication.</summary>
internal static class Identity
{
    public static AuthenticationBuilder AddIdentity(this IServiceCollection services)
    {
        services.AddSingleton<TokenCache>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<Passwords>();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<AccessTokens>((bearer, tokens) => tokens.Require(bearer));
        return services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer();
    }

    /// <summary>
    /// An invalid token is a 401 on every route, also where none is needed: its bearer believes to be signed in.
    /// </summary>
    public static void UseValidTokens(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.ForOneReader();
        return context.Request.Headers.Authorization.Count > 0 && context.User.Identity?.IsAuthenticated != true
            ? Problems.Write(context, Problems.InvalidToken)
            : next(context);
    });
}
