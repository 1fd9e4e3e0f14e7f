"""Which language a message is in, and its characters in one form."""

from __future__ import annotations

import re
import unicodedata

from assistant.turn import Language

LONGEST_MESSAGE = 2_000  # characters; nobody types more, and a model's context ends somewhere

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")

_TRADITIONAL = (
    "紅藍綠黃銀銅鐵顏雙單個條雜幾買賣價錢塊貴輕軟長寬圍產們電腦機線無風熱溫濕乾淨潔護膚髮頭臉鏡鐘錶襪褲裝襯帶繩綿絲絨質號碼見覺還給對應嗎麼這樣為誰時間過進遠運動訂貨"
    "換郵費貓鳥魚龍馬雞貝嬰兒寶媽爺歲書筆紙畫樂聽說話語認識請謝讓選擇適廚鍋盤壺爐燈門櫃墊氈簾傘遊險營帳釣車輪騎鍵標螢顯麥藥鹽麵飯餅堅飲鹹減處壓強態圖圓廣東國園場開關"
    "閉發變備優傳僅億從來會體兩禮戲戶掛擔據擺數斷於術極構歡歸殺氣決況測滅滿濾灑爾牆獎獨現環當瘋監盡稱種穩節籃約級純紋組細終結統經緊緩編練縮總繼續義習職聯聲肅脫腳膠舊"
    "與興艷蓋薦蘋蟲補裏裡製複視規親觀計記設許試該詳調談論負財責資賞贈趕跡較載輔輛輸轉農連週達遲遺醫釋針鈕鉤鋁鋼錯鏈鎖鎮鑰閃陳陽隊階際難雲靜響頁頂項順須預頻題額願類顧"
    "飛養館驗驚鬆鬧鮮點齊齡"
)
_SIMPLIFIED = (
    "红蓝绿黄银铜铁颜双单个条杂几买卖价钱块贵轻软长宽围产们电脑机线无风热温湿干净洁护肤发头脸镜钟表袜裤装衬带绳绵丝绒质号码见觉还给对应吗么这样为谁时间过进远运动订货"
    "换邮费猫鸟鱼龙马鸡贝婴儿宝妈爷岁书笔纸画乐听说话语认识请谢让选择适厨锅盘壶炉灯门柜垫毡帘伞游险营帐钓车轮骑键标荧显麦药盐面饭饼坚饮咸减处压强态图圆广东国园场开关"
    "闭发变备优传仅亿从来会体两礼戏户挂担据摆数断于术极构欢归杀气决况测灭满滤洒尔墙奖独现环当疯监尽称种稳节篮约级纯纹组细终结统经紧缓编练缩总继续义习职联声肃脱脚胶旧"
    "与兴艳盖荐苹虫补里里制复视规亲观计记设许试该详调谈论负财责资赏赠赶迹较载辅辆输转农连周达迟遗医释针钮钩铝钢错链锁镇钥闪陈阳队阶际难云静响页顶项顺须预频题额愿类顾"
    "飞养馆验惊松闹鲜点齐龄"
)
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def normalise(text: str) -> str:
    """NFKC (full-width digits and letters become ordinary ones), no invisible characters, single spaces."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x00A0: " "})
    return re.sub(r"\s+", " ", text).strip()


def simplified(text: str) -> str:
    """Traditional characters that shoppers use as their simplified forms, one for one, so that places stay the same."""
    return text.translate(_TO_SIMPLIFIED)


def has_cjk(text: str) -> bool:
    return bool(_CJK.search(text))


def detect(text: str, previous: Language = "en") -> Language:
    """Chinese where there is more of it than a word or two, or some of it where the conversation is in Chinese: an
    English title may be quoted in it. The conversation's language where there are no letters."""
    characters, words = len(_CJK.findall(text)), len(_LATIN.findall(text))
    if not characters and not words:
        return previous
    goes_on = previous == "zh" and characters > 0
    return "zh" if goes_on or characters * 2 > words else "en"
