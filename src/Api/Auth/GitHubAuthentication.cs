// Stands in for the package AspNet.Security.OAuth.GitHub, under its namespaces, names and claim types:
// to use the package, delete this file and change nothing else. What it leaves out (enterprise
// domains, asking for an e-mail address without looking whether it is verified) is not used here.
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using AspNet.Security.OAuth.GitHub;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;

namespace AspNet.Security.OAuth.GitHub
{
    /// <summary>Names and addresses.</summary>
    internal static class GitHubAuthenticationDefaults
    {
        public const string AuthenticationScheme = "GitHub";
        public const string DisplayName = "GitHub";
        public const string Issuer = "GitHub";
        public const string CallbackPath = "/signin-github";
        public const string AuthorizationEndpoint = "https://github.com/login/oauth/authorize";
        public const string TokenEndpoint = "https://github.com/login/oauth/access_token";
        public const string UserInformationEndpoint = "https://api.github.com/user";
        public const string UserEmailsEndpoint = "https://api.github.com/user/emails";
    }

    /// <summary>Claim types of its own.</summary>
    internal static class GitHubAuthenticationConstants
    {
        public static class Claims
        {
            public const string Name = "urn:github:name";
            public const string Url = "urn:github:url";
        }
    }

    /// <summary>How to sign in with GitHub.</summary>
    internal sealed class GitHubAuthenticationOptions : OAuthOptions
    {
        public GitHubAuthenticationOptions()
        {
            ClaimsIssuer = GitHubAuthenticationDefaults.Issuer;
            CallbackPath = GitHubAuthenticationDefaults.CallbackPath;
            AuthorizationEndpoint = GitHubAuthenticationDefaults.AuthorizationEndpoint;
            TokenEndpoint = GitHubAuthenticationDefaults.TokenEndpoint;
            UserInformationEndpoint = GitHubAuthenticationDefaults.UserInformationEndpoint;
            ClaimActions.MapJsonKey(ClaimTypes.NameIdentifier, "id");
            ClaimActions.MapJsonKey(ClaimTypes.Name, "login");
            ClaimActions.MapJsonKey(ClaimTypes.Email, "email");
            ClaimActions.MapJsonKey(GitHubAuthenticationConstants.Claims.Name, "name");
            ClaimActions.MapJsonKey(GitHubAuthenticationConstants.Claims.Url, "html_url");
        }

        /// <summary>Lists a person's addresses, when the scope <c>user:email</c> was granted.</summary>
        public string UserEmailsEndpoint { get; set; } = GitHubAuthenticationDefaults.UserEmailsEndpoint;
    }

    /// <summary>Asks GitHub who an access token belongs to.</summary>
    internal sealed class GitHubAuthenticationHandler(
        IOptionsMonitor<GitHubAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : OAuthHandler<GitHubAuthenticationOptions>(options, logger, encoder)
    {
        protected override async Task<AuthenticationTicket> CreateTicketAsync(
            ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Options.UserInformationEndpoint);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken);
            using var response = await Backchannel.SendAsync(request, Context.RequestAborted);
            response.EnsureSuccessStatusCode();
            using var payload = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Context.RequestAborted));
            var context = new OAuthCreatingTicketContext(
                new ClaimsPrincipal(identity), properties, Context, Scheme, Options, Backchannel, tokens, payload.RootElement);
            context.RunClaimActions();
            await Events.CreatingTicket(context);
            return new AuthenticationTicket(context.Principal!, context.Properties, Scheme.Name);
        }
    }
}

namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Registers it.</summary>
    internal static class GitHubAuthenticationExtensions
    {
        public static AuthenticationBuilder AddGitHub(
            this AuthenticationBuilder builder, Action<GitHubAuthenticationOptions> configuration) =>
            builder.AddOAuth<GitHubAuthenticationOptions, GitHubAuthenticationHandler>(
                GitHubAuthenticationDefaults.AuthenticationScheme, GitHubAuthenticationDefaults.DisplayName, configuration);
    }
}
