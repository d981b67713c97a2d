namespace RlsChat.Api.Configuration;

/// <summary>The model that writes answers.</summary>
/// <param name="Endpoint">The base address of an API such as OpenAI's, for example <c>https://api.openai.com/v1</c>.</param>
/// <param name="Name">The model's name there.</param>
/// <param name="Key">The key of that API, or null where it wants none.</param>
internal sealed record ModelSettings(Uri Endpoint, string Name, string? Key)
{
    /// <summary>The variables that are read here.</summary>
    public static readonly string[] Names = ["CHAT_ENDPOINT", "CHAT_MODEL", "CHAT_KEY"];

    public static ModelSettings? Read(Values values)
    {
        var (endpoint, name, key) = (values.Text("CHAT_ENDPOINT"), values.Text("CHAT_MODEL"), values.Text("CHAT_KEY"));
        return endpoint is null && name is null && key is null ? null : new ModelSettings(
            endpoint is null
                ? throw Values.Missing("CHAT_ENDPOINT (which CHAT_MODEL and CHAT_KEY need)")
                : values.Parse("CHAT_ENDPOINT", null, SignInSettings.Url, SignInSettings.UrlForm),
            name ?? throw Values.Missing("CHAT_MODEL (which CHAT_ENDPOINT needs)"),
            key);
    }
}
