/* The list of user agents that is built in, by what is sent in the wild: whom it names, and whom it must not. */

#include "../support/unit.h"
#include "api/suspicion.h"

static const char *const MACHINES[] = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "Googlebot-Image/1.0",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.6099.224 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "AdsBot-Google (+http://www.google.com/adsbot.html)",
    "Mediapartners-Google",
    "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
    "GoogleOther",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; "
    "+http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 8_1 like Mac OS X) AppleWebKit/600.1.4 (KHTML, like Gecko) Version/8.0 "
    "Mobile/12B411 Safari/600.1.4 (compatible; YandexMobileBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "Mozilla/5.0 (compatible; SeznamBot/4.0; +http://napoveda.seznam.cz/seznambot-intro/)",
    "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
    "Mozilla/5.0 (compatible; Yeti/1.1; +http://naver.me/spd)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 "
    "Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
    "Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot; help@moz.com)",
    "Mozilla/5.0 (compatible; DataForSeoBot/1.0; +https://dataforseo.com/dataforseo-bot)",
    "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; "
    "PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
    "Screaming Frog SEO Spider/19.4",
    "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
    "ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)",
    "CCBot/2.0 (https://commoncrawl.org/faq/)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; "
    "+https://perplexity.ai/perplexitybot)",
    "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; "
    "Bytespider; spider-feedback@bytedance.com)",
    "Mozilla/5.0 (compatible; SomeNewBot/0.1; +https://somenew.example)",
    "SOME-NEW-CRAWLER/7",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slackbot 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "WhatsApp/2.23.20.0 A",
    "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
    "BarracudaCentral-Link-Scanner",
    "Barracuda Sentinel (EE)",
    "Microsoft Office Existence Discovery",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.6099.109 "
    "Safari/537.36",
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
    "Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/20.0.3",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Cypress/12.17.4 Chrome/106.0.5249.51 "
    "Electron/21.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse",
    "Scrapy/2.11.0 (+https://scrapy.org)",
    "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98.0 Safari/537.36 "
    "PingdomPageSpeed/1.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98.0 Safari/537.36 "
    "StatusCake",
    "Site24x7",
    "Better Uptime Bot Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
    "Uptime-Kuma/1.23.11",
    "GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com/monitoring)",
    "Amazon-Route53-Health-Check-Service (ref 12345678-1234-1234-1234-123456789012; report http://amzn.to/1vsZADi)",
    "ELB-HealthChecker/2.0",
    "kube-probe/1.28",
    "Datadog/Synthetics",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 "
    "DatadogSynthetics",
    "check_http/v2.3.3 (nagios-plugins 2.3.3)",
    "Zabbix 6.0.25",
    "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)",
    "Expanse, a Palo Alto Networks company, searches across the global IPv4 space multiple times per day",
    "Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:000001)",
    "sqlmap/1.7.2#stable (https://sqlmap.org)",
    "Mozilla/5.0 zgrab/0.x",
};

/* Browsers, inside of apps too; shops' servers and what they are made with; and names that only look like a machine's.
 */
static const char *const PEOPLE[] = {
    "",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Safari/537.36 Edg/131.0.2903.51",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36 OPR/115.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; SLCC2; .NET CLR 2.0.50727)",
    "Mozilla/5.0 (compatible; Konqueror/4.5; FreeBSD) KHTML/4.5.4 (like Gecko)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 [FBAN/FBIOS;FBAV/400.0.0.0;FBBV/1;FBDV/iPhone14,5]",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/21A329 [Pinterest/iOS]",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 [LinkedInApp]/9.29.3",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "GSA/323.0.647062479 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.0 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 "
    "Chrome/122.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.104 "
    "Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X19 Build/PPR1.180610.011; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/90.0.4430.210 Mobile Safari/537.36 Instagram 200.0.0.0",
    "Dalvik/2.1.0 (Linux; U; Android 12; CUBOT/P80 Build/SP1A.210812.016)",
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 YaBrowser/23.1.1 "
    "Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0 Mobile Safari/537.36 "
    "Line/13.20.0",
    "Mozilla/5.0 (Linux; Android 12; Redmi Note 9 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.4.0-g",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.36.140 "
    "Chrome/120.0.6099.268 Electron/28.2.3 Safari/537.36",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 "
    "Safari/605.1.15",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV "
    "Safari/537.36",
    "Drupal/10.2 (+https://www.drupal.org/) GuzzleHttp/7",
    "Drupal/10.2.3 (+https://www.drupal.org/) GuzzleHttp/7.8.1 curl/7.88.1 PHP/8.2.7",
    "ExampleShop/2.1 (+https://shop.example)",
    "ExampleShop/2.1 (+http://shop.example/contact; api@shop.example)",
    "ExampleShop/2.1 (compatible; +https://shop.example)",
    "Mozilla/5.0 (compatible; ExampleShop/2.1; +https://shop.example)",
    "Nextcloud Server Crawler",
    "Nextcloud-Server-Crawler/33.0.0",
    "ownCloud Server Crawler",
    "Nextcloud-Server-Crawler/34.0.4; +https://cloud.example",
    "MoodleBot/1.0",
    "MoodleBot/1.0 (+https://moodle.example)",
    "Mozilla/5.0 (compatible; MoodleBot/1.0)",
    "Moodle/4.3 (+https://moodle.example)",
    "WordPress/6.4.3; https://shop.example",
    "WooCommerce/8.5.2 Hookshot (WordPress/6.4.3)",
    "Shopify-Captain-Hook",
    "Magento/2.4 (+https://shop.example)",
    "TYPO3/12.4 (+https://typo3.example)",
    "GuzzleHttp/7",
    "GuzzleHttp/6.5.5 curl/7.88.1 PHP/8.2.7",
    "PHP/8.2.7",
    "Symfony HttpClient/Curl",
    "python-requests/2.31.0",
    "python-httpx/0.26.0",
    "Python/3.11 aiohttp/3.9.1",
    "Python-urllib/3.11",
    "axios/1.6.7",
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    "node-fetch",
    "node",
    "undici",
    "got (https://github.com/sindresorhus/got)",
    "node-superagent/8.1.2",
    "curl/8.5.0",
    "Wget/1.21.4",
    "Go-http-client/2.0",
    "Java/17.0.9",
    "Java-http-client/17.0.9",
    "okhttp/4.12.0",
    "Apache-HttpClient/5.2.1 (Java/17.0.9)",
    "Dart/3.2 (dart:io)",
    "Faraday v2.9.0",
    "Ruby",
    "rest-client/2.1.0 (linux x86_64) ruby/3.2.2p53",
    "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)",
    "libwww-perl/6.68",
    "LWP::UserAgent/6.68",
    "PostmanRuntime/7.36.1",
    "Zapier",
    "n8n",
    "Make/production",
    "Mozilla/5.0 (compatible; Google-Apps-Script; beanserver; +https://script.google.com; id: "
    "UAEmdDd-ExampleOfAnId)",
    "azure-logic-apps/1.0 (workflow 0123456789abcdef; version 1) microsoft-flow/1.0",
    "SFDC-Callout/59.0",
    "HubSpot Connect 1.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)",
    "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    "Typeform Webhooks",
    "AbbottStore/3.1 (+https://abbott.example)",
    "Abbott/2.0 CFNetwork/1410.0.3 Darwin/22.6.0",
    "RobotVacuumShop/1.4 (+https://robots.example/robots)",
    "Robot vacuum shop/2.0",
    "SpiderShop/1.0 (+https://spider.example/)",
    "Spider Solitaire/5.2 CFNetwork/1410.0.3 Darwin/22.6.0",
    "BlackSpider/1.2 (+https://blackspider.example)",
    "PubCrawl/3.2 okhttp/4.12.0",
    "PubCrawler/1.0 (+https://pubcrawler.example)",
    "Monitor/27 (+https://monitors.example)",
    "BabyMonitor/4.4 (iPhone; iOS 17.1)",
    "HealthMonitor App/2.2",
    "ShopChatBot/1.3 (+https://shop.example/chat)",
    "Talbot/2.0 (+https://talbot.example)",
    "Cypress Hotels/2.1 (+https://cypress.example)",
    "Selenium Supplements/1.0",
    "Yeti/1.2 (+https://coolers.example)",
    "Splash Pools/1.0",
    "Uptime Bikes/2.0 (+https://bikes.example)",
    "Nucleus/1.0 (+https://nuclei.example)",
    "LibrarySurvey/1.0 (scanner at the desk)",
};

static struct needles *make_list(void) {
    struct needles *list = NULL;
    struct error err;
    if (needles_make(SUSPICION_USER_AGENTS, strlen(SUSPICION_USER_AGENTS), &list, &err) != CXD_OK)
        fail_msg("%s", err.detail);
    return list;
}

static void names_machines(void **state) {
    struct needles *list = make_list();
    for (size_t i = 0; i < CXD_COUNT(MACHINES); i++)
        if (!needles_match(list, MACHINES[i]))
            fail_msg("is not suspected: %s", MACHINES[i]);
    needles_free(list);
}

static void lets_people_pass(void **state) {
    struct needles *list = make_list();
    for (size_t i = 0; i < CXD_COUNT(PEOPLE); i++)
        if (needles_match(list, PEOPLE[i]))
            fail_msg("is suspected: %s", PEOPLE[i]);
    needles_free(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_machines),
        cmocka_unit_test(lets_people_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
