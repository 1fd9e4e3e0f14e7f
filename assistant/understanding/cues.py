# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Words that settle an intent by themselves, English and Chinese. What they do not settle goes to the language model."""

from __future__ import annotations

import re

from assistant.understanding.patterns import any_of

RESET = any_of(
    r"^\W*(?:(?:let'?s |can we |please )*(?:start (?:over|again|afresh)|reset|new search|begin again)|clear (?:everything|all|the filters|all filters)|forget (?:everything|all (?:of )?(?:that|this|it)))\W*(?:please)?\W*$",
    r"^\W*(?:重新开始|重新開始|重来|重來|从头(?:再)?来|從頭來|清空(?:对话|條件|条件|筛选)|重置)\W*$",
)
ARE_YOU_REAL = any_of(
    r"^\W*(?:hi|hello|hey|so|wait|um)?\W*(?:is this|are you|r u|am i (?:talking|speaking|chatting) (?:to|with))\b.{0,12}\b(?:person|human|bot|chatbot|robot|ai|machine|computer|real)\b",
    r"你是(?:不是)?(?:真人|机器人|機器人|人工智能|AI)|(?:是|跟)(?:真人|机器人|機器人)(?:在)?(?:聊天|说话|吗|嗎)",
)
IN_THE_CART = any_of(
    r"\b(?:in|into|to|from|out of|my|the|shopping|your)\s+(?:my |the |your |our )?(?:shopping )?(?:cart|basket|trolley|bag)\b(?! for| with| that| made)"
)
"""The cart, where `CART_WORD` may also be a basket for sale."""
HANDOFF = any_of(
    r"\b(?:speak|talk|chat|connect me|put me through|transfer me)\b.{0,20}\b(?:human|person|agent|someone|somebody|representative|manager|staff|customer service)\b",
    r"\b(?:real|live|actual) (?:human|person|agent)\b|\bhuman (?:agent|being|please)\b|^\W*(?:agent|human|representative|operator)\W*$",
    r"人工|真人|转客服|轉客服|找客服|客服(?:人员|電話|电话)|投诉|投訴|\bi want to complain\b|\bfile a complaint\b",
)
CART_WORD = any_of(r"\b(?:cart|basket|trolley)\b(?! for)|\b(?:my|shopping) bag\b", r"购物车|購物車|购物袋|购物篮")
ADD = any_of(
    r"\b(?:add|put|throw|pop|toss)\b(?!.{0,25}\b(?:washing machine|washer|dishwasher|microwave|oven|freezer|fridge|tumble|dryer)\b)",
    r"\b(?:i'?ll|i will|i'?d like to|let me|i want to|want to|can i|i'?m|im|gonna) (?:take|have|get|buy|order|purchase|go (?:with|for)|buying)\b",
    r"\b(?:i'?d|i would) (?:really )?like (?=(?:the|this|that|it|them|both|these|those|number|no\.?|#)\b(?! (?:idea|look|sound)))",
    r"\b(?:in ?to|to|in) (?:my |the )?(?:cart|basket|trolley)\W*(?:please|thanks|now|then)?\W*$",
    r"^\W*(?:take|get|buy|order|purchase|buying|i want)\b",
    r"加入|加到|加进|加購|加购|放[进進到入]|(?<![不没沒])买(?!得|到|过)|(?<![不没沒])買(?!得|到|過)|就要|我要|来[一两二三四五六七八九\d]|(?<!不)要了|下单|下單|^\W*(?:嗯+|那|好的?|行)?[,，\s]*(?:我)?要(?=第|[这這那][个個款件]|\d+号|最)",
)
BUY_ONLY_WITH_REFERENCE = any_of(
    r"买|買|就要|我要|^\W*(?:嗯+|那|好的?|行)?[,，\s]*要|来|要了|take|have|get|buy|order|purchase|go (?:with|for)|want|like"
)
ONE_MORE = any_of(
    r"^\W*(?:and |add |ok,? )?(?:one|another|two|three|\d+) more(?: of (?:it|them|those|these))?\W*(?:please)?\W*$",
    r"^\W*(?:and )?another(?: one)?\W*(?:please)?\W*$",
    r"^\W*再[来來加要拿]一?[个個件双雙]\W*$",
)
REMOVE = any_of(
    r"\b(?:remove|delete|take (?:out|off)|get rid of|drop|cancel)\b",
    r"\btake\b.{1,30}\bout\b",
    r"删|刪|移除|去掉|拿掉|拿出|不要了|取消",
)
SET_QUANTITY = any_of(
    r"\b(?:make (?:it|that|them)|change (?:it|that|the (?:quantity|amount|number))(?: of .{1,40})?(?: to)?|set (?:it|the quantity)(?: of .{1,40})? to|update (?:it|the quantity)(?: to)?)\b",
    r"(?:数量)?(?:改成|改为|改為|变成|換成|换成)[一二两兩三四五六七八九十\d]",
)
VIEW_CART = any_of(
    r"\b(?:what(?:'s| is| do i have)|show|view|see|open|check|review|how much is)\b.{0,20}\b(?:cart|basket|trolley|(?:my|shopping) bag)\b",
    r"^\W*(?:my )?(?:cart|basket)\W*$",
    r"\b(?:cart|basket) total\b",
    r"^\W*(?:看看?|查看|打开|显示)?(?:一下)?(?:我的)?(?:购物车|購物車|购物袋)(?:里|裡)?(?:有什么|有啥|有什麼|有哪些)?\W*$",
)
CLEAR_CART = any_of(
    r"\b(?:empty|clear)\b.{0,12}\b(?:cart|basket|bag)\b",
    r"\bremove (?:everything|all)\b",
    r"清空(?:我的)?(?:购物车|購物車)|全部(?:删|移除|不要)",
)
CHECKOUT = any_of(
    r"\b(?:check ?out|place (?:my|the|an) order|pay now|proceed to pay(?:ment)?)\b",
    r"结账|結帳|结算|付款吧|去付款|提交订单|^\W*(?:[请請])?(?:[确確][认認])?下[单單][吧了啊]*\W*$",
)
NOT_TO_ORDER = any_of(
    r"\b(?:do not|don'?t|not|never)\b.{0,12}\b(?:check ?out|place (?:it|(?:my|the|an|this) order)|pay now)\b",
    r"^\W*我?(?:先|[暂暫][时時])?(?:不要?|别|別)(?:[给給]我)?(?:下[单單]|结账|結帳|结算|付款|提交[订訂][单單])[吧了啊呢]*\W*$",
)
# The whole message and nothing else: a yes that goes on ("yes, but in blue") is none.
CONFIRM = any_of(
    r"^\W*(?:(?:yes|yep|yeah|yup)(?:\W+please)?|(?:(?:yes|yep|yeah|yup|ok(?:ay)?|sure|great|perfect)\W+)?(?:please\W+)?(?:i(?:'d like to|'ll| want to)?\W+)?(?:confirm(?:ed)?(?: (?:it|this|that|(?:the|my|this) (?:order|purchase)))?|(?:place|submit|complete) (?:it|(?:the|my|this) order)|(?:order|buy) (?:it|them|this|these|everything|all)(?: now)?|go ahead(?: and (?:order|buy)(?: (?:it|them))?)?|pay now)(?:\W+please)?)\W*$",
    r"^\W*(?:好的?|是的?|[对對]的?|嗯)?\W*(?:[请請])?(?:[确確][认認](?:下[单單]|[订訂][单單]|[购購][买買]|提交|付款|支付)?|下[单單]|提交[订訂][单單]|是的?|[对對]的?|[就这這那]*[买買]了?)[吧了啊]*\W*$",
)
MORE = any_of(
    r"^\W*(?:(?:please |can you |could you |can i |could i |may i )?(?:i (?:want|need|would like) to |i'?d like to |let me |is that (?:all|it)(?: you (?:have|'ve got))?\s*\?\s*)?(?:show|see|give|let me see)(?: me)?(?: some| a few| any)? (?:more|others?)(?: of (?:them|these|those)| options?| results?| like (?:that|those|these))?|more(?: please| options| results)?|next(?: page| ones?)?|(?:is there |do you have |have you got |got )?(?:any(?:thing)?|what|something) else(?: (?:do |have )?you(?:'ve)? (?:have|got)| is there| there)?|(?:do you have|have you got|got|are there) (?:any |some )?(?:others?|more)(?: ones?| options?)?|is that (?:all|it|everything)(?: you (?:have|'ve got))?|(?:any|some) (?:others?|more)|others?|load more|(?:but )?(?:you(?:'ve| have)? already show(?:ed|n)|(?:i(?:'ve| have)? )?(?:already )?(?:seen|saw)) (?:me )?(?:all )?(?:of )?(?:those|these|them|that)(?: already| before)?)\W*(?:please)?\W*$",
    r"^\W*(?:更多|再来(?:一些|几个|点)|再來一些|还有(?:吗|嗎|别的吗|其他的吗|没有|更多)|還有(?:嗎|別的嗎)|还有什么|换一批|換一批|下一页|下一頁|(?:还有|還有|有)?(?:没有|沒有)?(?:其他|别|別|其它)的?(?:款|款式|商品|选择)?(?:了)?[吗嗎呢嘛么麼得吧]*|再看看|就[这這]些[吗嗎]?|没有?(?:其他|别的)了?[吗嗎]?|[这這那]些?(?:都|已经|已經)*[看见見]过了?)\W*$",
)
DISLIKE = any_of(
    r"\b(?:i )?(?:don'?t|do not|didn'?t) (?:really )?(?:like|want|love) (?:it|them|any of (?:them|these|those)|these|those|that|this)(?: one| ones)?\W*$|\bnone of (?:these|those|them)\b|\bnot (?:really )?(?:my (?:style|taste|thing)|what i (?:want|mean|meant|had in mind|am looking for))\b|^\W*(?:they|these|those|it)(?:'re|'s| are| is)? (?:all )?(?:so |too |really )?(?:ugly|boring|awful|hideous|terrible)\W*$",
    r"都不(?:喜[欢歡]|好看|要|行)|不是我(?:想)?要的|[丑醜]死|太[丑醜]",
)
"""Nothing on the table pleases: show what comes next."""

COMPARE = any_of(
    r"\b(?:compare|comparison|versus|vs\.?|differences? between|what'?s the differences?|how (?:do|are) they differ)\b",
    r"\bwhich (?:one |of (?:them|these|those|the two) )?(?:is|would be|do you think is) (?:the )?(?:better|best)\b(?!.?(?:rated|selling|reviewed))",
    r"\bwhich (?:one )?should i (?:get|buy|choose|pick)\b|\bwhich (?:one |of (?:them|these|those) )?(?:do|would) you (?:recommend|suggest)\b",
    r"^\W*(?:请|帮我)?比[较較]|比较一下|比較一下|对比|對比|比一比|有什么(?:区别|不同)|有什麼(?:區別|不同)|哪[个個款].{0,4}(?:更好|好一?[点點]?|合适|划算|值得)|区别是",
)
WHICH_OF_THEM = any_of(
    r"\bwhich (?:one |of (?:them|these|those|the two) )?(?:is|'s) (?:the )?(?:cheap|dear|more expensive|better|best|light|heav|larg|small|bigg)\w*",
    r"哪[个個款件].{0,3}(?:便宜|[贵貴]|[轻輕]|重|大|小|好)",
)
COUNTING = any_of(
    r"\bhow many\b(?!.{0,25}\b(?:days?|hours?|pieces|people|left|watts?|pockets?|ml|reviews?)\b)",
    r"有(?:多少|几|幾)(?:种|種|款|个|個)",
)
ORDER = any_of(
    r"\b(?:where(?:'s| is)|track|status of|cancel|change) (?:my|the|our) (?:order|parcel|package|delivery|shipment)\b",
    r"\b(?:my|past|previous|recent|last) (?:orders?|purchases?)\b|\border (?:status|number|history)\b|\bmy order\b|\border #?\s?\d{3,}",
    r"(?:我的)?[订訂][单單]|物流|快递到哪|快遞|到哪了|[发發][货貨]了[吗嗎没]",
)
RECOMMEND = any_of(
    r"^\W*(?:(?:so |and |ok |hi,? |hello,? )*(?:what|anything|which (?:things|products)) (?:else )?(?:do|would|can|should|could|might) (?:you|i|we) (?:recommend|suggest|buy|get|like|be interested in|enjoy)(?: next)?|(?:do you have |have you got )?(?:any|give me some|got any|your) (?:other |more |personal )?(?:recommendations?|suggestions?|ideas?)|(?:can you |could you |please )*recommend (?:me )?(?:something|anything|some things)(?: (?:nice|good|new|else))?(?: to me)?|surprise me|inspire me|(?:anything|something) for me|what(?:'s| is| are) (?:popular|trending|hot|new|your best ?sellers?|good|selling well)(?: (?:today|now|here|right now|this (?:week|month)|at the moment))?|what sells (?:best|well)|(?:your )?(?:best ?sellers?|popular (?:items|products)|bestselling.*)|(?:can you )?(?:show|find|get) me (?:what'?s popular|your best ?sellers?|something (?:nice|new|popular|(?:else )?i(?:'d| would| might)? (?:like|enjoy))))\W*(?:please|today|for me|then)*\W*$",
    r"^\W*(?:(?:请|請|你|您|能|可以)*(?:给|給|帮|幫)?我?(?:再)?(?:有(?:什么|啥|什麼))?(?:推荐|推薦|好物|热门|熱門|热销|爆款|畅销)(?:的|吗|嗎|商品|一下|什么|什麼|点|点儿|些|一些|几个|(?:没有?|沒有?|未)[买買](?:过|過)的|新的|新鲜的|东西|东西吗|给我|吧|呢|我)*|随便看看|猜我喜欢什么|猜我喜欢|有(?:什么|啥)适合我的[吗呢]?|我(?:可以|该|应该)买[点些]?(?:什么|啥)[好呢]?|最近(?:什么|有什么)(?:火|热门|好卖)的?|(?:什么|啥)(?:卖得|卖的)(?:最)?好)\W*$",
)
POPULAR = any_of(
    r"\b(?:popular|trending|hot|selling well|sells (?:best|well)|best ?sell\w*|what(?:'s| is) (?:good|new))\b",
    r"热门|熱門|热销|爆款|[畅暢]销|火|好卖|卖[得的]",
)
"""What others buy is asked for, not what suits the shopper."""

RECOMMENDING = any_of(r"\b(?:recommend|suggest)(?:ations?|ions?|s)?\b", r"推荐|推薦|适合我|適合我")
"""A recommendation is asked for, of something that the other words name."""

NEW_ONLY = any_of(
    r"\b(?:something|anything|things?|products?|stuff|ones?) (?:new|fresh)\b(?! york)|\bnew (?:to|for) me\b",
    r"\b(?:(?:i|we) )?(?:haven'?t|have not|have never|never|hadn'?t|didn'?t|don'?t|do not)(?: yet| already| ever)? (?:bought|had|own(?:ed)?|tried|got|ordered|purchased|have)(?: yet| already| before)?\b(?! in stock)",
    r"没(?:有)?[买買用试試]过的?|沒(?:有)?[买買用试試]過的?|新东西|新鲜的|没有过的",
)
GIFT = any_of(
    r"\b(?:gifts?|presents?)\b(?=\s*(?:ideas?\b|for\b|to (?!return|send back)|that\b|which\b|under\b|around\b|below\b|about\b|between\b|up to\b|costing\b|[,.!?]|$))",
    r"\b(?:as|for) an? (?:\w+ ){0,2}(?:gift|present)\b|\b(?:birthday|christmas|xmas|wedding|anniversary|valentine'?s?(?: day)?|mother'?s day|father'?s day|housewarming|graduation) (?:gift|present)s?\b",
    r"\bsomething (?:nice )?(?:for|to give) my (?:mother|mom|mum|father|dad|wife|husband|girlfriend|boyfriend|friend|sister|brother|boss|colleague|niece|nephew|grand\w+|parents|in-laws)\b",
    r"礼物|禮物|送礼|送禮|送(?:给|給)?(?:我)?(?:妈妈?|媽媽?|爸爸?|老婆|老公|妻子|丈夫|女朋友|男朋友|女友|男友|朋友|闺蜜|同事|老板|老师|老師|孩子|女儿|女兒|儿子|兒子|奶奶|爷爷|外婆|外公|爸妈|父母|长辈|她|他)",
)
AGAIN = any_of(
    r"^\W*(?:(?:can|could|let|i'?d like|i want|please|i'?ll|ok)\b.{0,12}?)?\b(?:buy|order|get)(?: (?:it|this|that|them|things|something|my usuals?))? again\W*(?:please)?\W*$|\bre-?order(?: (?:something|my usuals?|things))?\W*$",
    r"\b(?:run|running|ran|be) (?:out|low)(?: (?:of|on))?\W*(?:soon|now|next)?\W*$|\bmy (?:usuals?|regular (?:order|purchases|things)|staples)\b|^\W*(?:the )?(?:usual|same as (?:last time|always))\W*(?:please)?\W*$|\b(?:what|anything|something)\b.{0,25}\b(?:due(?: again)?|need(?:s)? (?:to )?(?:re)?stock(?:ing)?|buy again|need again|restock|replenish)\b",
    r"再[买買]一[次遍]|再[来來]一[次单單]|回购|回購|复购|快?用完了?(?:什么|的)?|该(?:补|買|买)(?:货|點|点)?(?:什么|啥)?了?|补货|補貨|老样子|[和跟]上次一样",
)
"""What was bought before is asked for, the things that are used up."""

GOES_WITH = any_of(
    r"\b(?:what|which|anything|something|things?)(?: else)?\b.{0,25}\b(?:go|goes|pairs?|works?|fits?|wear|matche?s?|combines?)(?: (?:well|best|nicely|good))?(?: together)? with\b|\bgoes well with\b|\bto (?:go|wear|match|pair)(?: (?:it|well|up))? with\b|\bmatch(?:es)? with\b",
    r"\b(?:accessor(?:y|ies)|complements?|extras?) (?:for|to|that)\b|\b(?:bought|buy|purchased?) (?:\w+ ){0,2}together(?: with)?\b|\b(?:complete|finish) (?:the|this|my) (?:look|outfit|set)\b|\b(?:recommend|suggest|buy|get|need|order) (?:together |along )?with (?=it\b|this\b|that\b|these\b|those\b|them\b|the )|\bwhat else do (?:i|people) (?:need|buy|get)(?: (?:with|for|to go with))\b",
    r"[配搭](?:什么|什麼|啥|点什么|些什么)|怎么(?:搭|配)|怎麼(?:搭|配)|搭配|(?:什么|啥|哪些).{0,6}(?:配|搭)(?:得上|它|这|這|那|呢|$)|一起[买買](?:什么|啥|的)?|[配附]件",
)
WHY = any_of(
    r"\bwhy (?:did|do|are|would|were) (?:you|u)\b.{0,30}\b(?:recommend\w*|suggest\w*|show\w*|pick\w*|cho(?:o)?s\w*|propos\w*|offer\w*)\b|\bwhy (?:is|was|are|were) (?:it|this|that|these|those|they|the .{2,40}) (?:\w+ )?(?:recommended|suggested|shown|here|there|on (?:the|my) list|in (?:the|my) list|for me)\b",
    r"^\W*(?:but )?why (?:this|that|these|those|them|it|(?:the )?\w+ (?:one|product|item))(?: one| ones)?(?: then)?\W*$|^\W*how come (?:you|this|that|these)\b.{0,40}$|\bwhat made you (?:recommend|suggest|pick|choose)\b",
    r"(?:为什么|为啥|為什麼|为何|怎么会|凭什么).{0,8}(?:推荐|推薦|给我看|選|选|出现|列出|是[这這那]|第)|推荐(?:的)?理由|[这這那第].{0,6}为什么(?:会)?(?:推荐|在)",
)
REFUSE = any_of(
    r"^\W*(?:no[,.! ]+)?(?:please )?(?:not|never|skip|hide|anything but|no more of) (?:this|that|it|the (?:first|second|third|fourth|fifth|sixth|last)|(?:the )?(?:number |no\.? ?|#)\d)(?: one| item| product)?\W*(?:please|thanks|for me|again)?\W*$",
    r"\b(?:i )?(?:really )?(?:don'?t|do not) (?:really )?(?:like|want|need|show me)(?: to see)? (?:this|that|the (?:first|second|third|fourth|fifth|sixth|last)|(?:the )?(?:number |no\.? ?|#)\d)(?: one| item| product)?(?: again)?\W*$|^\W*(?:it'?s |that'?s |this (?:one )?is )?not for me\W*$",
    r"^\W*(?:我)?(?:不要|不想要|不喜[欢歡]|别推荐|别给我看|换掉|換掉|去掉)(?:[这這那]|它|第[一二三四五六七八九十\d]+)[一]?[个個款件双雙条條种]?[了的吧]?\W*$",
)
"""One of the products on the table is refused."""

SIMILAR = any_of(
    r"\b(?:similar to|something like|more like|anything like|alternatives? to|(?<!i'd )(?<!i would )(?<!id )(?<!i )(?<!really )(?<!you )(?<!they )(?<!n't )like) (?=(?:the|this|that|it|number|#|no\b))|\bsimilar (?:ones?|items?|products?|but|only|just)\b",
    r"类似的|類似的|相似的|差不多的|同款|和[这那第].{0,4}像",
)
GREETING = any_of(
    r"^\W*(?:hi+|hello+|hey+(?: there)?|hiya|yo|good (?:morning|afternoon|evening|day)|greetings|howdy)(?:[\s,]+(?:there|aisle|everyone|friend|again))?\W*$",
    r"^\W*(?:你好啊?|您好|嗨+|哈喽|哈囉|在吗|在嗎|早上好|下午好|晚上好|早安|hello|hi)\W*$",
)
THANKS = any_of(
    r"^\W*(?:(?:ok(?:ay)?|great|perfect|cool|awesome|nice|good|alright|oh)[\s,!.]*)*(?:thank(?:s| you)|thx|ty|cheers|much appreciated|that'?s (?:all|it|great|perfect))(?: (?:so much|a lot|very much|for (?:your|the|all (?:your|the)) help|for now|all))*\W*$",
    r"^\W*(?:(?:好的?[吧呀啊]?|行[吧]?|那|没事|可惜)[,，\s]*)*(?:谢谢(?:你|您|啦|了)?|謝謝(?:你|您)?|多谢|多謝|感谢|感謝|辛苦了)\W*$",
)
BYE = any_of(
    r"^\W*(?:(?:ok(?:ay)?|thanks)[\s,!.]*)?(?:bye+(?:[- ]?bye)?|good ?bye|see (?:you|ya)(?: later)?|good night|take care)\W*$",
    r"\b(?:i'?ll|i will|i'?m going to|i'?m gonna|let me|then i) (?:just )?(?:(?:go and )?(?:look|shop|try|buy|search|check)(?: it| this)? (?:elsewhere|somewhere else|another (?:shop|store|site))|go (?:elsewhere|somewhere else))\b",
    r"^\W*(?:[^,，。]{0,12}[,，。!！\s]+)?(?:再[见見]|拜拜|回头见|回頭見|晚安)(?:了|啦|吧)?\W*$|去(?:别家|別家|别处|其他店|别的(?:店|地方)|另一家)(?:看看|[买買]|逛逛)?吧?\W*$|^\W*(?:算了[吧]?[,，\s]*)?(?:我)?不[买買]了[吧]?\W*$",
)
CHITCHAT = any_of(
    r"^\W*(?:how are you(?: (?:doing|today))*|how'?s it going|what'?s up|who are you|what are you|what can you do|(?:are you|r u) (?:a )?(?:bot|robot|human|real|ai)|what'?s your name|can you help me|help(?: me)?(?: please)?|i need (?:some )?help|tell me a joke)\W*$",
    r"^\W*(?:你是谁|你是誰|你是机器人吗|你叫什么(?:名字)?|你(?:能|会|可以)(?:做|干)(?:什么|啥)|帮帮我|帮忙|最近好吗|你好吗|怎么用)\W*$",
)
ACKNOWLEDGE = any_of(
    r"^\W*(?:no(?:pe)?,? ?(?:thanks?|thank you)|nah|not now|ok(?:ay)?|k|fine|sure|alright|all right|great|cool|nice|good|perfect|awesome|wow|hm+|oh|ah+|i see|got it|right|no problem|lol|haha+|interesting|sounds good)(?:[\s,.!]+(?:then|ok(?:ay)?|cool|great|thanks))*\W*$",
    r"^\W*(?:好的?|嗯+|哦+|行|可以|知道了|明白了?|哈哈+|不错|棒|收到)\W*$",
)
HESITATION = any_of(
    r"^\W*(?:(?:ok(?:ay)?|oh|no|well|alright)[\s,.!]*)*(?:forget (?:it|about it|that)|never ?mind(?: (?:it|that))?|i give up|too bad|pity|(?:what a )?shame|finally|about time)(?:[\s,.!]+(?:then|thanks?(?: anyway)?|thank you(?: anyway)?|now))*\W*$",
    r"^\W*(?:(?:好吧|那|唉|哎)[,，\s]*)*(?:算了吧?|没事了|沒事了|不用了|终于|可惜)(?:[,，\s]*(?:谢谢|謝謝)(?:你|您)?)?\W*$",
    r"^\W*(?:(?:hmm+|uh+|um+|well|oh)[\s,.…]*)*(?:(?:i'?m |i am )?not (?:really |quite |so )?sure(?: yet| what i want)?|i don'?t know(?: yet)?|let me think(?: about it)?|i'?ll think about it|maybe(?: later)?|just looking|just browsing|no idea)\W*$",
    r"^\W*(?:不(?:太)?[确確]定|不知道|[让讓]我想想|考[虑慮]一下|再想想|[随隨]便逛逛)\W*$",
)
ABUSE = any_of(
    r"\b(?:stupid|idiot|useless|dumb|moron|shut up|fuck\w*|shit\w*|suck(?:s|ed)?|crap|garbage bot|hate you|bitch|asshole)\b",
    r"傻[逼瓜]|笨蛋|垃圾|白痴|废物|滚|去死|他妈的?|操你",
)
VAGUE = any_of(
    r"\b(?:some ?thing|any ?thing|stuff|things?)\b.{0,10}\b(?:to|for|that|which|i can|my)\b",
    r"\b(?:gifts?|presents?)\b",
    r"\bwhat (?:do|should|would|can) i (?:need|get|use|wear|bring|buy)\b|\bideas?\b|\bfor (?:when|a trip|my trip|camping|a party)\b",
    r"送(?:给|給)?.{0,8}(?:礼物|禮物|什么|什麼)|礼物|禮物|适合|適合|能(?:让|够|把|在)|用(?:来|來|于|於)|什么(?:东西)?(?:可以|能)",
)
CONTINUES = any_of(
    r"^\W*(?:but |and |also |ideally |preferably |maybe )*(?:with(?:out)?|in|for|made (?:of|from|for)|that|which|suitable|no|not)\b",
    r"^\W*(?:要|不要|[带帶]|有)(?!没|沒)|^\W*(?:wo)?men'?s?'?\W*$|^\W*(?:boys|girls|kids)'?\W*$|^\W*(?:[男女](?:款|士|式|装|裝|生|用)?|[儿兒]?童[装裝款]?)的?呢?\W*$",
)
"""Words with which a message goes on from the one before."""
HAVE_YOU_ZH = any_of(r"^\W*(?:那|请问|請問)?[,，\s]*有.+[吗嗎么麼]\W*$")
THE_SAME = any_of(
    r"\b(?:same|similar) (budget|prices?|price range|colou?r|brand|size|material)\b|\bin the same (price range|colou?r|size|price|brand|material)\b|\b(budget|prices?) (?:stays?|is) the same\b",
    r"(?:同样|同樣|一样|一樣|相同)的?(预算|預算|价位|價位|价格|價格|颜色|顏色|品牌|牌子|尺码|材质)|(预算|預算|价格|價格|价位|颜色|品牌)(?:不变|不變|一样|还是一样|照旧|同上)",
)
"""What of the conditions so far is to hold for another thing."""
PRICE_WORDS = frozenset("budget price prices 预算 預算 价位 價位 价格 價格".split()) | {"price range"}
FIELD_OF_WORD = {
    **dict.fromkeys(("colour", "color", "颜色", "顏色"), "colour"),
    **dict.fromkeys(("brand", "品牌", "牌子"), "brand"),
    **dict.fromkeys(("size", "尺码"), "size"),
    **dict.fromkeys(("material", "材质"), "material"),
}
JUST_SHOW = any_of(
    r"\b(?:just|simply) show (?:me|us|them|it|what)\b|\b(?:stop|quit|no(?: more)?|enough(?: with the)?|don'?t ask(?: me)?(?: any| so many)?|without(?: any)?) (?:asking|questions?)\b|\b(?:don'?t|do not) ask\b|\bjust (?:give|list|get) (?:me|them)\b|\bshow me (?:everything|all(?: of (?:them|it))?)\b",
    r"直接(?:给我看|給我看|看|给我|列出来|列|上|来|展示|显示|推荐)|别问了?|別問|不要(?:再)?问|少问|全部?(?:给我看|列出来)|都给我看",
)
"""No questions are wanted."""
ASKS_FOR = any_of(
    r"\b(?:show me|find me|search for|look(?:ing)? for|shopping for|do you (?:have|carry|sell|stock)|have you got|you got|got any|are there any|is there (?:an?|any))\b|\b(?:any|some)thing (?:with|about|featuring)\b",
    r"有没有|有沒有|想买|想買|[卖賣]",
)
"""Words after which even one new word is a new search."""
SEARCH = any_of(
    r"\b(?:show me|find(?: me)?|search(?: for)?|look(?:ing)? (?:for|at)|i'?m after|after a|i (?:really )?(?:need|want|would like)|i'?d like|shopping for|browse|hunting for|in the market for|in search of)\b",
    r"\b(?:do you (?:have|carry|sell|stock)|have you (?:got|any)|you got|got any|are there (?:any)?|is there (?:an?|any)|any)\b",
    r"有没有|有沒有|想买|想買|想要|找一?[个個款件双]?|看看|来[个點点]|求|买[个個]?|買|推荐|推薦|需要|卖|賣|给我看|要一?[个個款件双條条]",
)
FAVOUR = any_of(r"^\W*(?:please )?(?:can|could|will|would) you\b")
"""A favour that is asked for: it may have nothing to do with shopping."""
QUESTION = any_of(
    r"\?\s*$",
    r"^\W*(?:is|are|does|do|can|could|will|would|how|what|which|when|where|who|why|has|have)\b",
    r"[吗嗎呢么麼]\W*$|怎么样|怎麼樣|多[大长重高久少]|什么|什麼|几|是不是|能不能|可不可以|有没有",
)
ABOUT_PRODUCT = any_of(
    r"^\W*(?:and |but |so |ok |hey )?(?:is|are|was|does|do|can|could|will|would|has|have)(?:n'?t)? (?:it|they|this|that|these|those)\b",
    r"^\W*(?:is|are|was|does|do|can|could|will|would|has|have|how|what|which|when|where|who|why|tell me)\b.{0,80}\b(?:it|its|this|these|those|they|them|that(?: one)?(?=\W*$))\b",
    r"\b(?:tell me (?:more )?about|more (?:info|information|details?) (?:on|about)|details? (?:of|on|about)|what do (?:people|customers|reviewers?|buyers?|others) (?:say|think)|(?:the )?reviews? (?:of|for|say|on)|any reviews?|what (?:size|colou?r|material|brand|capacity)s?|how (?:big|large|long|heavy|tall|wide|loud|warm|old|much does it|many (?:pieces|pockets|ml|people))|what(?:'s| is| are) (?:it|the .{1,30}) (?:made (?:of|from)|like)|made (?:of|from)|waterproof|dishwasher|washable|how much (?:is|does|are)|how much\W*$|what(?:'s| is) the (?:price|size|weight|material|brand|rating|capacity|dimensions?|battery))",
    r"(?:它|这[个款件]|那[个款件]|第.[个款件]).{0,20}(?:吗|嗎|呢|怎么样|怎麼樣|多[大长重高久少]|什么|什麼|几)|评[价論论]|評[價論]|材[质質料]|(?:多大|多重|多长|多高|尺寸|重量|容量)|防水[吗嗎]|详细|詳細|介绍一下|介紹",
)
"""Questions about a product; they count only where a product is on the table or named."""

POLICIES: dict[str, re.Pattern[str]] = {
    "shipping": any_of(
        r"\b(?:ship(?:s|ping|ped|ment)?|deliver(?:y|ies|ed|s)?|postage|courier|arrive|arrival)\b",
        r"[运運][费費]|包[邮郵]|[发發][货貨]|配送|送[货貨]|快递|快遞|多久(?:能)?到|几天到|到[货貨]",
    ),
    "returns": any_of(
        r"\b(?:returns?|refunds?|refunded|money back|send (?:it|them) back|exchanges?|exchanged?)\b",
        r"退[货貨换換款]|退[钱錢]|[换換][货貨]|无理由",
    ),
    "warranty": any_of(
        r"\b(?:warrant(?:y|ies)|guarantees?|broken|defective|faulty|repairs?)\b",
        r"保修|[质質]保|[维維]修|坏了|壞了|三包",
    ),
    "payment": any_of(
        r"\b(?:pay(?:ment|ments|ing)?|paypal|credit cards?|visa|mastercard|apple pay|google pay|klarna|instal?ments?|invoices?|alipay|wechat pay|gift cards?|vouchers?)\b",
        r"支付|付款|信用卡|支付[宝寶]|微信|分期|[发發]票|花呗",
    ),
    "gift wrap": any_of(
        r"\b(?:gift[- ]?wrap\w*|wrapping|gift (?:box|message|card)|wrap it)\b", r"[礼禮]品?包[装裝]|[贺賀]卡|包[装裝]成"
    ),
    "privacy": any_of(r"\b(?:privacy|personal data|my data|gdpr|cookies)\b", r"[隐隱]私|[个個]人信息|[数數][据據]"),
    "order changes": any_of(r"\b(?:cancel|change|amend|modify) (?:my|an|the) order\b", r"(?:取消|修改)[订訂][单單]"),
    "price match": any_of(
        r"\bprice[- ]?match\w*|\bmatch (?:the |a |their )?prices?\b", r"[价價]保|保[价價]|比[价價]|差[价價]"
    ),
    "contact": any_of(
        r"\b(?:contact|phone number|email (?:address|you)|opening hours|call you|address|store hours)\b",
        r"[联聯][系繫]|[电電][话話]|[邮郵]箱|地址|[营營][业業][时時][间間]",
    ),
}
POLICY_QUESTION = any_of(
    r"\b(?:want|need|like|have|trying) to (?:return|exchange|send (?:it|this|them) back|cancel)\b|\bget (?:a|my) (?:refund|money back)\b",
    r"\b(?:policy|policies|how (?:long|much|do|does|can|many days|fast|soon)|do you|can i|could i|what(?:'s| is| are| if)|is (?:there|it)|when (?:will|do)|are|free|am i|will (?:it|you))\b",
    r"[吗嗎呢么麼]\W*$|怎么|怎麼|多久|多少|政策|可以|能不能|几天|幾天|支持|\?$",
)
